-- about: Who looked at sensitive fields on this machine, newest first; the same look of one person at one child on one day is one line with how often.
-- about_zh: 查阅记录：谁在本机看过敏感信息，新的在前；同一人同一天看同一内容合成一行，写明次数。
-- roles: head clerk auditor
-- params: from_on:d? until_on:d?
-- requires: R18
SELECT strftime('%Y-%m-%d %H:%M:%S', max(a.at) / 1000 + 28800, 'unixepoch') AS at, a.school, a.staff,
	(SELECT name FROM staff n WHERE n.school = a.school AND n.staff = a.staff) AS name,
	a.view, a.fields, a.pupil, sum(a.rows) AS rows, count(*) AS times
FROM access_log a
WHERE (:school IS NULL OR a.school = :school)
	AND a.at / 86400000 - 10957 BETWEEN coalesce(:from_on, 0) - 1
		AND coalesce(:until_on, 1 << 30) + 1
GROUP BY (a.at + 28800000) / 86400000, a.school, a.staff, a.view, a.fields, a.pupil
ORDER BY max(a.id) DESC LIMIT 1000;
