-- about: Hours of each child from day to day: the planned minutes of the sessions in which it was here, doubles and moves joined, each date and slot once.
-- about_zh: 每个孩子的小时数：一段时间里到了的各场，重复和转学的合在一起，同一时段只算一次。
-- roles: teacher head clerk lead auditor
-- params: from_on:d until_on:d pupil:i?
-- requires: R19
-- ask: school
SELECT h.root_school AS school, h.root_pupil AS pupil,
	(SELECT name FROM pupil p WHERE p.school = h.root_school AND p.pupil = h.root_pupil)
		AS name, count(*) AS sessions, sum(h.minutes) AS minutes
FROM (SELECT n.root_school, n.root_pupil, max(s.end_min - s.begin_min) AS minutes
	FROM (SELECT school FROM school_known WHERE :school IS NULL UNION SELECT :school WHERE :school IS NOT NULL) k
	CROSS JOIN attendance a ON a.school = k.school AND a.date BETWEEN :from_on AND :until_on
	JOIN person n ON n.school = a.school AND n.pupil = a.pupil
	LEFT JOIN session s ON s.school = a.school AND s.date = a.date AND s.slot = a.slot
		AND s.site = a.site AND s.grp = a.grp
	WHERE a.state = 1 AND (:pupil IS NULL OR n.root_pupil = :pupil)
	GROUP BY n.root_school, n.root_pupil, a.date, a.slot) h
GROUP BY h.root_school, h.root_pupil ORDER BY 1, 3, 2;
