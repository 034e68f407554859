-- about: Groups of children of several grades, with their members.
-- about_zh: 混龄组：名称和成员。
-- roles: teacher head guard clerk lead auditor
-- params: grp:i?
-- requires: R1 R8
SELECT m.school, m.site, m.grp, m.name, count(x.pupil) AS pupils,
	json_group_array(CAST(x.pupil AS TEXT)) FILTER (WHERE x.pupil IS NOT NULL) AS members
FROM mixed_group m
LEFT JOIN mixed_member x ON x.school = m.school AND x.site = m.site AND x.grp = m.grp
	AND x.until_on IS NULL
WHERE (:school IS NULL OR m.school = :school) AND (:grp IS NULL OR m.grp = :grp)
	AND m.ended_on IS NULL
GROUP BY m.school, m.site, m.grp ORDER BY m.school, m.site, m.grp;
