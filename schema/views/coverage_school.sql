-- about: A school's children by urban-rural class of the site and by group, with how many ask for the service and take part; what the county's coverage is made of.
-- about_zh: 一所学校的参加情况：各类孩子有多少、报名和参加的多少。
-- roles: head clerk lead auditor
-- params:
-- requires: R17
-- each: school
WITH g AS (SELECT c.school, c.site, c.pupil, c.school_year, 0 AS kind FROM child c WHERE c.school = :school
		AND c.until_on = 1 << 30
	UNION ALL SELECT c.school, c.site, c.pupil, c.school_year, 1 FROM child c WHERE c.school = :school
		AND c.until_on = 1 << 30 AND c.grade <= 3
	UNION ALL SELECT c.school, c.site, c.pupil, c.school_year, f.kind FROM child c JOIN priority f ON f.school = c.school
		AND f.pupil = c.pupil AND coalesce(f.until_on, 1 << 30) > (SELECT coalesce(max(s.date), 0) FROM session s
			WHERE s.school = f.school)
		WHERE c.school = :school AND c.until_on = 1 << 30)
SELECT g.school, t.class AS site_class, g.kind AS group_kind, count(*) AS children,
	sum(EXISTS (SELECT 1 FROM request r WHERE r.school = g.school
		AND r.pupil = g.pupil AND r.school_year = g.school_year AND r.wanted = 1)) AS asked,
	sum(EXISTS (SELECT 1 FROM choice_span o WHERE o.school = g.school
		AND o.pupil = g.pupil AND o.choice = 1 AND o.until_on = 1 << 30)) AS takes_part
FROM g LEFT JOIN site t ON t.school = g.school AND t.site = g.site
GROUP BY g.school, t.class, g.kind ORDER BY 1, 2, 3;
