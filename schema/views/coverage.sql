-- about: By urban-rural class of the sites and by group (0 all, 1 low grades, 2 migrant, 3 left-behind, 4 disabled): how many children, how many of 100 ask for the service and take part; groups of fewer than five are not shown.
-- about_zh: 各类孩子的报名和参加情况；不足五人不显示。
-- roles: head clerk lead auditor
-- params:
-- requires: R17
WITH g AS (SELECT c.school, c.site, c.pupil, c.school_year, 0 AS kind FROM child c WHERE (:school IS NULL OR c.school = :school)
		AND c.until_on = 1 << 30
	UNION ALL SELECT c.school, c.site, c.pupil, c.school_year, 1 FROM child c WHERE (:school IS NULL OR c.school = :school)
		AND c.until_on = 1 << 30 AND c.grade <= 3
	UNION ALL SELECT c.school, c.site, c.pupil, c.school_year, f.kind FROM child c JOIN priority f ON f.school = c.school
		AND f.pupil = c.pupil AND coalesce(f.until_on, 1 << 30) > (SELECT coalesce(max(s.date), 0) FROM session s
			WHERE s.school = f.school)
		WHERE (:school IS NULL OR c.school = :school) AND c.until_on = 1 << 30)
SELECT t.class AS site_class, g.kind AS group_kind,
	CASE WHEN count(*) >= 5 THEN count(*) END AS children,
	CASE WHEN count(*) >= 5 THEN sum(EXISTS (SELECT 1 FROM request r WHERE r.school = g.school
		AND r.pupil = g.pupil AND r.school_year = g.school_year AND r.wanted = 1)) * 100 / count(*) END AS asked_percent,
	CASE WHEN count(*) >= 5 THEN sum(EXISTS (SELECT 1 FROM choice_span o WHERE o.school = g.school
		AND o.pupil = g.pupil AND o.choice = 1 AND o.until_on = 1 << 30)) * 100 / count(*) END AS takes_part_percent
FROM g LEFT JOIN site t ON t.school = g.school AND t.site = g.site
GROUP BY t.class, g.kind ORDER BY 1, 2;
