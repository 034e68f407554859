-- Every child, to find those of a roster again.
SELECT p.pupil, p.name, p.student_no, p.birth, e.entry_year, e.class, p.sex, g.name, g.phone,
	p.address
FROM pupil p
LEFT JOIN enrolment e ON e.school = p.school AND e.pupil = p.pupil
	AND e.school_year = (SELECT max(x.school_year) FROM enrolment x
		WHERE x.school = p.school AND x.pupil = p.pupil AND x.school_year <= :school_year)
LEFT JOIN guardian g ON g.school = p.school AND g.pupil = p.pupil
	AND g.guardian = (SELECT min(y.guardian) FROM guardian y
		WHERE y.school = p.school AND y.pupil = p.pupil AND y.ended_on IS NULL
			AND y.name IS NOT NULL)
WHERE p.school = :school AND p.same_as IS NULL ORDER BY p.pupil;
