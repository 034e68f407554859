-- about: Sessions that were planned and not held.
-- about_zh: 计划了而未开展的场次。
-- roles: teacher head clerk lead auditor
-- params: from_on:d until_on:d
-- requires: R9
SELECT i.school, date('2000-01-01', (i.week_on + i.weekday - 1) || ' days') AS date, i.slot, i.site, i.grp,
	'not_held' AS what
FROM (SELECT school FROM school_known WHERE :school IS NULL UNION SELECT :school WHERE :school IS NOT NULL) k
CROSS JOIN plan_item i ON i.school = k.school AND i.week_on BETWEEN :from_on - 6 AND :until_on
WHERE i.dropped = 0 AND i.week_on + i.weekday - 1 BETWEEN :from_on AND :until_on
	AND NOT EXISTS (SELECT 1 FROM closure x WHERE x.school = i.school AND x.site = i.site
		AND x.date = i.week_on + i.weekday - 1 AND x.slot = i.slot AND x.undone = 0
		AND x.end_min IS NULL)
	AND NOT EXISTS (SELECT 1 FROM attendance a WHERE a.school = i.school
		AND a.date = i.week_on + i.weekday - 1 AND a.slot = i.slot AND a.site = i.site
		AND a.grp = i.grp)
ORDER BY 1, 2, 3, 4, 5;
