-- about: At the hub: children of two schools who are one by their number, or may be by name and birth and are asked about.
-- about_zh: 可能是同一个孩子：两校学籍号相同的，或姓名和出生日期相同、要核实的。
-- roles: clerk lead
-- params:
-- requires: R19
SELECT a.school, a.pupil, a.name, b.school AS other_school, b.pupil AS other_pupil,
	CASE WHEN a.student_no = b.student_no THEN 'same_number' ELSE 'ask' END AS what,
	a.student_no, a.birth
FROM (SELECT DISTINCT school, pupil FROM transfer WHERE direction = 2) t
JOIN pupil a ON a.school = t.school AND a.pupil = t.pupil
JOIN pupil b ON b.school <> a.school AND b.same_as IS NULL AND (b.student_no = a.student_no
	OR a.student_no IS NULL AND b.name = a.name AND b.birth = a.birth)
WHERE :hub AND a.same_as IS NULL AND (:school IS NULL OR a.school = :school)
	AND NOT EXISTS (SELECT 1 FROM person_link l WHERE l.of_school = a.school
		AND l.pupil = a.pupil)
	-- Also where the county named the two the other way round.
	AND NOT EXISTS (SELECT 1 FROM person_link l WHERE l.of_school = b.school
		AND l.pupil = b.pupil AND l.to_school = a.school AND l.to_pupil = a.pupil)
ORDER BY a.school, a.pupil, b.school LIMIT 1000;
