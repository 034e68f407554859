-- about: Guardians with the child, for the class list on which consents are ticked.
-- about_zh: 监护人：每个孩子的。
-- roles: teacher head
-- params: grp:i?
-- sensitive: phone
-- requires: R3
-- ask: school
SELECT g.pupil, p.name AS pupil_name, g.guardian, g.name, g.relation, g.phone,
	quote(g.row_version) AS version
FROM guardian g JOIN pupil p ON p.school = g.school AND p.pupil = g.pupil
WHERE g.school = :school AND g.ended_on IS NULL AND (:grp IS NULL OR EXISTS (
	SELECT 1 FROM place e WHERE e.school = g.school AND e.pupil = g.pupil AND e.grp = :grp))
ORDER BY g.pupil, g.guardian;
