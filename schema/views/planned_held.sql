-- about: Planned against held, by school, in a span of days.
-- about_zh: 计划和实际：一段时间里，各校计划几场、开展几场。
-- roles: teacher head guard clerk lead auditor
-- params: from_on:d until_on:d
-- requires: R9 R15
SELECT k.school, (SELECT count(*) FROM plan_item i WHERE i.school = k.school
		AND i.week_on BETWEEN :from_on - 6 AND :until_on AND i.dropped = 0
		AND i.week_on + i.weekday - 1 BETWEEN :from_on AND :until_on) AS planned,
	(SELECT count(*) FROM plan_item i WHERE i.school = k.school
		AND i.week_on BETWEEN :from_on - 6 AND :until_on AND i.dropped = 0
		AND i.week_on + i.weekday - 1 BETWEEN :from_on AND :until_on
		AND EXISTS (SELECT 1 FROM attendance a WHERE a.school = i.school
			AND a.date = i.week_on + i.weekday - 1 AND a.slot = i.slot AND a.site = i.site
			AND a.grp = i.grp)) AS held_as_planned,
	(SELECT count(*) FROM session s WHERE s.school = k.school
		AND s.date BETWEEN :from_on AND :until_on) AS held
FROM (SELECT school FROM school_known WHERE :school IS NULL UNION SELECT :school WHERE :school IS NOT NULL) k
ORDER BY k.school;
