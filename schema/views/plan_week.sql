-- about: The plan of a week, and whether each was held.
-- about_zh: 周计划：开展了没有。
-- roles: teacher head guard clerk lead auditor
-- params: week_on:d
-- requires: R9
SELECT i.school, i.weekday, date('2000-01-01', (i.week_on + i.weekday - 1) || ' days') AS date, i.slot,
	i.site, i.grp, i.staff, (SELECT name FROM staff n WHERE n.school = i.school AND n.staff = i.staff) AS name,
	i.kind, i.title, i.room,
	EXISTS (SELECT 1 FROM attendance a WHERE a.school = i.school AND a.date = i.week_on + i.weekday - 1
		AND a.slot = i.slot AND a.site = i.site AND a.grp = i.grp) AS held,
	(SELECT g.signer FROM plan_sign g WHERE g.school = i.school AND g.week_on <= i.week_on
		AND g.until_on >= i.week_on ORDER BY g.week_on DESC LIMIT 1) AS countersigned
FROM (SELECT school FROM school_known WHERE :school IS NULL UNION SELECT :school WHERE :school IS NOT NULL) k
CROSS JOIN plan_item i ON i.school = k.school AND i.week_on = :week_on
WHERE i.dropped = 0 ORDER BY i.school, i.weekday, i.slot, i.site, i.grp;
