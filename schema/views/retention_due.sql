-- about: School years whose records the plan in force on a day no longer keeps, or not for another year: from when, what keeps them longer (money: a statement not paid; incident: one not closed), sessions, marks, leavings, children who have left.
-- about_zh: 到期的记录：哪个学年、从哪天起、为什么还留着（补助没拨、事件没结案），有多少。
-- roles: clerk lead auditor head
-- params: on:d
-- requires: R18
-- ask: school
-- include retention_keep
, last AS MATERIALIZED (SELECT CAST(julianday(printf('%04d-09-01', year + 1)) - julianday('2000-01-01') AS INTEGER)
	AS day FROM cut WHERE code = 1)
SELECT y.school, y.school_year, date('2000-01-01', (julianday(printf('%04d-09-01', y.school_year + 1))
		- julianday('2000-01-01') + (SELECT days FROM keep WHERE code = 1)) || ' days') AS due_on,
	y.school_year < f.year AS due,
	(SELECT u.why FROM unsettled u, cut c WHERE u.school = y.school AND c.code = 1
		AND y.school_year BETWEEN u.year AND c.year - 1 ORDER BY u.year, u.why DESC LIMIT 1) AS kept_by,
	sum(y.sessions) AS sessions, sum(y.marks) AS marks, sum(y.leavings) AS leavings,
	sum(y.children) AS children
FROM (SELECT school, CAST(strftime('%Y', '2000-01-01', day || ' days', '-8 months') AS INTEGER)
		AS school_year, sessions, marks, leavings, 0 AS children
	FROM (SELECT s.school, s.date AS day, count(*) AS sessions, 0 AS marks, 0 AS leavings
		FROM k JOIN session s ON s.school = k.school AND s.date < (SELECT day FROM last) GROUP BY s.school, s.date
		UNION ALL
		SELECT a.school, a.date, 0, count(*), 0
		FROM k JOIN attendance a ON a.school = k.school AND a.date < (SELECT day FROM last) GROUP BY a.school, a.date
		UNION ALL
		SELECT l.school, l.date, 0, 0, count(*)
		FROM k JOIN leaving l ON l.school = k.school AND l.date < (SELECT day FROM last) GROUP BY l.school, l.date)
	UNION ALL
	SELECT school, year, 0, 0, 0, 1 FROM gone) y
JOIN kept f ON f.school = y.school
WHERE y.school_year <= (SELECT year FROM cut WHERE code = 1)
GROUP BY y.school, y.school_year ORDER BY y.school, y.school_year;
