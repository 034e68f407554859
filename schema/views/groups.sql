-- about: The classes of a school year, as groups for sessions, with how many take part.
-- about_zh: 班级：哪个学年，多少人参加。
-- roles: teacher head guard clerk lead auditor
-- params: school_year:i?
-- requires: R1
-- ask: school
SELECT e.school, e.school_year, e.site, e.grp, e.grade, e.class, count(*) AS pupils,
	sum(EXISTS (SELECT 1 FROM choice_span c WHERE c.school = e.school AND c.pupil = e.pupil
		AND c.choice = 1 AND c.until_on = 1 << 30)) AS consents
FROM place e
WHERE (:school IS NULL OR e.school = :school) AND e.school_year = coalesce(:school_year,
	(SELECT max(x.school_year) FROM enrolment x WHERE x.school = e.school))
GROUP BY e.school, e.school_year, e.site, e.grp ORDER BY e.school, e.site, e.grade, e.class;
