-- about: Who has signed the pledge of a school year, and who has not.
-- about_zh: 责任书：这个学年谁签了。
-- roles: head clerk lead auditor
-- params: school_year:i
-- requires: R14
SELECT s.school, s.staff, s.name, g.kind, date('2000-01-01', g.signed_on || ' days') AS signed_on
FROM staff s LEFT JOIN pledge g ON g.school = s.school AND g.staff = s.staff
	AND g.school_year = :school_year
WHERE (:school IS NULL OR s.school = :school) AND s.active = 1
ORDER BY s.school, s.staff, g.kind;
