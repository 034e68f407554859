-- about: Children whom the last roster import at this machine added or changed, and who was edited since.
-- about_zh: 上次导入：新增、改动了哪些学生，之后又变过的。
-- roles: teacher head
-- params:
-- requires: R19
-- include roster_state
SELECT u.pupil, p.name, u.before IS NULL AS added,
	s.state IS NOT u.after OR (u.before IS NULL AND u.pupil IN (
		SELECT x.pupil FROM pupil_used x WHERE x.school = :school)) AS edited
FROM roster_undo u
LEFT JOIN roster_state s ON s.school = u.school AND s.pupil = u.pupil
LEFT JOIN pupil p ON p.school = u.school AND p.pupil = u.pupil
WHERE u.school = :school ORDER BY edited DESC, u.pupil;
