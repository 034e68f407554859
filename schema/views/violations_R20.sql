-- about: Schools that called the roll in a school year without having turned into it: children still in last year's place.
-- about_zh: 请核对·学年：新学年点了名，还没有做学年更替。
-- roles: teacher head clerk lead auditor
-- params:
-- requires: R20
-- each: school
SELECT c.school, c.school_year + 1 AS school_year, count(*) AS children, 'not_turned' AS what
FROM child c
WHERE c.school = :school
	AND c.until_on > CAST(julianday(printf('%04d-09-01', c.school_year + 1))
		- julianday('2000-01-01') AS INTEGER)
	AND EXISTS (SELECT 1 FROM session s WHERE s.school = c.school
		AND s.date >= CAST(julianday(printf('%04d-09-01', c.school_year + 1))
			- julianday('2000-01-01') AS INTEGER))
GROUP BY c.school, c.school_year ORDER BY 1, 2;
