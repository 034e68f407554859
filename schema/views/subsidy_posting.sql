-- about: For posting on the notice board for five working days: name, hours, sum.
-- about_zh: 公示表：姓名、课时、金额；贴五个工作日。
-- roles: head clerk lead auditor
-- params: month:i
-- requires: R11
-- ask: school
-- include duty
, posted AS (SELECT p.school, p.posted_on FROM k JOIN statement_step p ON p.school = k.school
	WHERE p.month = :month AND p.step = 1 AND p.posted_on IS NOT NULL),
wall AS (SELECT p.school, p.posted_on + n.value AS day FROM posted p JOIN json_each('[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20]') n),
work AS (SELECT w.school, w.day, row_number() OVER (PARTITION BY w.school ORDER BY w.day) AS no
	FROM wall w JOIN policy_span v ON v.from_on <= w.day AND v.until_on > w.day
	LEFT JOIN policy_day y ON y.version = v.version AND y.day = w.day
	WHERE coalesce(y.kind = 1, (w.day + 5) % 7 < 5))
SELECT l.school, l.name, printf('%d:%02d', l.minutes / 60, l.minutes % 60) AS hours, l.sessions,
	printf('%d.%02d', l.fen / 100, l.fen % 100) AS yuan,
	(SELECT date('2000-01-01', p.posted_on || ' days') FROM statement_step p
		WHERE p.school = l.school AND p.month = :month AND p.step = 1) AS posted_on,
	(SELECT date('2000-01-01', w.day || ' days') FROM work w
		WHERE w.school = l.school AND w.no = 5) AS posted_until,
	(SELECT group_concat(p.signer, ' ') FROM statement_step p WHERE p.school = l.school
		AND p.month = :month) AS signed
FROM line l ORDER BY l.school, l.name, l.staff;
