-- about: Records whose retention by the plan in force on a day is over, by school and school year: sessions, marks of roll call and leaving, children who have left.
-- about_zh: 按某日施行的方案已过保存期的记录，按学校和学年：场次、点名与离校记录、已离校学生。
-- roles: clerk lead auditor head
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
old(school, day, sessions, marks) AS (
	SELECT school, date, count(*), 0 FROM session WHERE date < (SELECT day FROM begin WHERE code = 1)
		AND (:school IS NULL OR school = :school) GROUP BY school, date
	UNION ALL
	SELECT school, date, 0, count(*) FROM attendance
	WHERE date < (SELECT day FROM begin WHERE code = 1)
		AND (:school IS NULL OR school = :school) GROUP BY school, date
	UNION ALL
	SELECT school, date, 0, count(*) FROM leaving
	WHERE date < (SELECT day FROM begin WHERE code = 1)
		AND (:school IS NULL OR school = :school) GROUP BY school, date),
years(school, school_year, sessions, marks, children) AS (
	SELECT school, CAST(strftime('%Y', date('2000-01-01', day || ' days', '-8 months')) AS INTEGER),
		sessions, marks, 0 FROM old
	UNION ALL
	SELECT school, last_year, 0, 0, 1 FROM (SELECT school, max(school_year) AS last_year
		FROM enrolment WHERE :school IS NULL OR school = :school GROUP BY school, pupil)
	WHERE last_year < (SELECT year FROM begin WHERE code = 2))
SELECT school, school_year, sum(sessions) AS sessions, sum(marks) AS marks,
	sum(children) AS children
FROM years GROUP BY school, school_year ORDER BY school, school_year;
