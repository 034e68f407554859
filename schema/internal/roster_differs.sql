-- Whether a row of a roster says something new of a child.
SELECT p.sex IS NOT coalesce(nullif(:sex, 0), p.sex)
	OR p.birth IS NOT coalesce(:birth, p.birth)
	OR p.student_no IS NOT coalesce(:student_no, p.student_no)
	OR p.address IS NOT coalesce(:address, p.address)
	OR NOT EXISTS (SELECT 1 FROM enrolment e WHERE e.school = p.school
		AND e.pupil = p.pupil AND e.school_year = :school_year
		AND e.entry_year = :entry_year AND e.class = :class)
	OR :guardian IS NOT NULL AND NOT EXISTS (SELECT 1 FROM guardian g
		WHERE g.school = p.school AND g.pupil = p.pupil AND g.name = :guardian
		AND g.phone IS coalesce(:phone, g.phone)
		AND g.relation IS coalesce(nullif(:relation, 0), g.relation))
	OR EXISTS (SELECT 1 FROM json_each(:priorities) j WHERE NOT EXISTS (
		SELECT 1 FROM priority f WHERE f.school = p.school AND f.pupil = p.pupil
		AND f.kind = j.value))
	OR :slots > 0 AND NOT EXISTS (SELECT 1 FROM request r WHERE r.school = p.school
		AND r.pupil = p.pupil AND r.school_year = :school_year AND r.wanted = 1
		AND r.slots = :slots)
	OR :slots = 0 AND EXISTS (SELECT 1 FROM request r WHERE r.school = p.school
		AND r.pupil = p.pupil AND r.school_year = :school_year AND r.wanted = 1)
FROM pupil p WHERE p.school = :school AND p.pupil = :pupil;
