-- about: Lessons and drills.
-- about_zh: 安全教育和演练：做过哪些。
-- roles: teacher head guard clerk lead auditor
-- params:
-- requires: R14
SELECT t.school, t.training, t.kind, date('2000-01-01', t.held_on || ' days') AS held_on,
	t.site, t.pupils, t.adults, t.note, EXISTS (SELECT 1 FROM plan_revision r
		WHERE r.school = t.school AND r.training = t.training) AS plan_revised
FROM training t WHERE (:school IS NULL OR t.school = :school)
ORDER BY t.held_on DESC, t.school, t.training LIMIT 1000;
