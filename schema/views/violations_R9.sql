-- about: Sessions that were planned and not held; terms that ended with satisfaction asked fewer than twice.
-- about_zh: 请核对·计划：计划了没开展的；学期完了满意度没问满两次的。
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
UNION ALL
SELECT k.school, date('2000-01-01', t.until_on || ' days'), NULL, NULL, NULL, 'not_asked'
FROM (SELECT school FROM school_known WHERE :school IS NULL UNION SELECT :school WHERE :school IS NOT NULL) k
CROSS JOIN policy_span p JOIN policy_term t ON t.version = p.version
	AND t.until_on >= p.from_on AND t.until_on < p.until_on AND t.until_on BETWEEN :from_on AND :until_on
WHERE 2 > (SELECT count(DISTINCT f.round) FROM satisfaction f WHERE f.school = k.school
	AND f.held_on BETWEEN t.from_on AND t.until_on)
ORDER BY 1, 2, 3, 4, 5;
