-- about: For posting (公示) on the notice board for five working days: name, hours, sum.
-- about_zh: 公示用：姓名、课时、金额；公示五个工作日。
-- roles: head clerk lead auditor
-- params: month:i
-- requires: R11
-- include duty
SELECT l.school, l.name, printf('%d:%02d', l.minutes / 60, l.minutes % 60) AS hours, l.sessions,
	printf('%d.%02d', l.fen / 100, l.fen % 100) AS yuan,
	(SELECT date('2000-01-01', p.posted_on || ' days') FROM statement_step p
		WHERE p.school = l.school AND p.month = :month AND p.step = 1) AS posted_on,
	(SELECT group_concat(p.signer, ' ') FROM statement_step p WHERE p.school = l.school
		AND p.month = :month) AS signed
FROM line l ORDER BY l.school, l.name, l.staff;
