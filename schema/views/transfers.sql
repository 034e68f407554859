-- about: Children who left or arrived.
-- about_zh: 转出和转入：哪天、哪里。
-- roles: teacher head clerk lead auditor
-- params:
-- requires: R19
SELECT t.school, t.pupil, p.name, t.direction, date('2000-01-01', t.moved_on || ' days')
		AS moved_on, t.other_school, t.note
FROM transfer t LEFT JOIN pupil p ON p.school = t.school AND p.pupil = t.pupil
WHERE (:school IS NULL OR t.school = :school)
ORDER BY t.moved_on DESC, t.school, t.transfer LIMIT 1000;
