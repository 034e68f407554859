-- about: The children of a school year.
-- about_zh: 学生名单：哪个学年的。
-- roles: teacher head guard clerk lead auditor
-- params: school_year:i? grp:i? name:t?
-- requires: R19
-- ask: school
SELECT p.school, p.pupil, p.name, initials(p.name) AS initials, p.sex, p.student_no, e.site, e.grade, e.class, e.grp,
	EXISTS (SELECT 1 FROM choice_span c WHERE c.school = p.school AND c.pupil = p.pupil
		AND c.choice = 1 AND c.until_on = 1 << 30) AS consent,
	EXISTS (SELECT 1 FROM request r WHERE r.school = p.school AND r.pupil = p.pupil
		AND r.school_year = e.school_year AND r.wanted = 1) AS request
FROM pupil p
LEFT JOIN place e ON e.school = p.school AND e.pupil = p.pupil
	AND e.school_year = coalesce(:school_year, (SELECT max(x.school_year) FROM enrolment x
		WHERE x.school = p.school AND x.pupil = p.pupil))
WHERE (:school IS NULL OR p.school = :school) AND (:name IS NULL OR instr(p.name, :name) > 0) AND (:grp IS NULL OR e.grp = :grp)
ORDER BY p.school, e.site, e.grade, e.class, p.pupil LIMIT 20000;
