-- about: What kehou retention would end of a school's records by the plan in force on a day: rules by table and key column, and the values of the last rule.
-- about_zh: 按某日施行的方案，kehou retention 将终止保存哪些记录：按表和主键列列出的规则，以及最后一条规则的取值。
-- roles: clerk lead auditor
-- params: on:d
-- requires: R18
WITH plan(version) AS (SELECT version FROM policy WHERE withdrawn = 0 AND from_on <= :on
	ORDER BY from_on DESC, version DESC LIMIT 1),
keep(code, days) AS (SELECT d.column1, coalesce((SELECT e.quantity FROM policy_entry e
		WHERE e.version = (SELECT version FROM plan) AND e.list = 4 AND e.code = d.column1
			AND e.quantity > 0), d.column2)
	FROM (VALUES (1, 1095), (2, 1095)) d),
limit_day(code, d) AS (SELECT code, date('2000-01-01', (:on - days) || ' days') FROM keep),
cut(code, year) AS (SELECT code, CAST(substr(d, 1, 4) AS INTEGER) - (substr(d, 6) < '09-01')
	FROM limit_day),
begin(code, year, day) AS (SELECT code, year, CAST(julianday(printf('%04d-09-01', year))
	- julianday('2000-01-01') AS INTEGER) FROM cut),
here(school, pupil, last_year) AS (SELECT e.school, e.pupil, max(e.school_year)
	FROM enrolment e WHERE e.school = :school GROUP BY e.pupil),
gone(pupil) AS (SELECT h.pupil FROM here h, begin b WHERE b.code = 2 AND h.last_year < b.year
	AND NOT EXISTS (SELECT 1 FROM pupil p JOIN here o ON o.pupil = p.pupil
		WHERE p.school = h.school AND p.same_as = h.pupil AND o.last_year >= b.year)
	AND NOT EXISTS (SELECT 1 FROM pupil p JOIN here o ON o.pupil = p.same_as
		WHERE p.school = h.school AND p.pupil = h.pupil AND o.last_year >= b.year))
SELECT 1 AS rule, b.day AS below, c.column1 AS table_id, c.column2 AS column_id, NULL AS pupil
FROM begin b, (VALUES (30, 2), (31, 2), (32, 2), (33, 2), (34, 2), (57, 3), (61, 2), (62, 2),
	(71, 2), (96, 2), (97, 2)) c WHERE b.code = 1
UNION ALL
SELECT 2, b.year, c.column1, c.column2, NULL
FROM begin b, (VALUES (17, 3), (58, 3), (78, 3), (84, 3), (95, 3)) c WHERE b.code = 1
UNION ALL
SELECT 3, NULL, c.column1, c.column2, NULL
FROM (VALUES (12, 2), (13, 2), (14, 2), (15, 2), (16, 2), (17, 2), (18, 2), (21, 2), (58, 2),
	(72, 2), (78, 2), (90, 2), (91, 2), (92, 2), (95, 2), (99, 4)) c
WHERE EXISTS (SELECT 1 FROM gone)
UNION ALL
SELECT 4, b.day, NULL, NULL, NULL FROM begin b
UNION ALL
SELECT 3, NULL, NULL, NULL, pupil FROM gone
ORDER BY 1, 3, 5;
