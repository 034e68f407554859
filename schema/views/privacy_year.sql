-- about: The yearly report on personal information of a school year: how many children, choices, requests, looks at sensitive fields.
-- about_zh: 个人信息年度报告：一个学年的学生数、同意、要求、查阅次数。
-- roles: head clerk lead auditor
-- params: school_year:i
-- requires: R18
SELECT y.school_year, (SELECT count(*) FROM enrolment e WHERE e.school_year = y.school_year
		AND (:school IS NULL OR e.school = :school)) AS children,
	(SELECT count(*) FROM data_now d WHERE d.choice = 1
		AND (:school IS NULL OR d.school = :school)) AS agreed,
	(SELECT count(*) FROM data_now d WHERE d.choice = 0
		AND (:school IS NULL OR d.school = :school)) AS on_paper,
	(SELECT count(*) FROM subject_request r WHERE r.asked_on BETWEEN y.a AND y.b
		AND (:school IS NULL OR r.school = :school)) AS requests,
	(SELECT count(*) FROM subject_request r WHERE r.asked_on BETWEEN y.a AND y.b
		AND r.answered_on <= r.due_on AND (:school IS NULL OR r.school = :school))
		AS in_time,
	(SELECT count(*) FROM subject_request r WHERE r.asked_on BETWEEN y.a AND y.b
		AND r.kind = 3 AND r.outcome IN (1, 2)
		AND (:school IS NULL OR r.school = :school)) AS erased,
	(SELECT count(*) FROM access_log a WHERE a.at / 86400000 - 10957 BETWEEN y.a AND y.b
		AND (:school IS NULL OR a.school = :school)) AS looks
FROM (SELECT :school_year AS school_year, CAST(julianday(printf('%04d-09-01', :school_year))
		- julianday('2000-01-01') AS INTEGER) AS a,
	CAST(julianday(printf('%04d-08-31', :school_year + 1)) - julianday('2000-01-01')
		AS INTEGER) AS b) y;
