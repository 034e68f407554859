-- about: Who looked at sensitive fields on this machine, newest first.
-- about_zh: 查阅记录：谁在本机看过敏感信息，新的在前。
-- roles: head clerk auditor
-- params: from_on:d? until_on:d?
-- requires: R18
SELECT strftime('%Y-%m-%d %H:%M:%S', a.at / 1000 + 28800, 'unixepoch') AS at, a.school, a.staff,
	(SELECT name FROM staff n WHERE n.school = a.school AND n.staff = a.staff) AS name,
	a.view, a.fields, a.pupil, a.rows
FROM access_log a
WHERE (:school IS NULL OR a.school = :school)
	AND a.at / 86400000 - 10957 BETWEEN coalesce(:from_on, 0) - 1
		AND coalesce(:until_on, 1 << 30) + 1
ORDER BY a.id DESC LIMIT 1000;
