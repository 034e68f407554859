-- about: The sites of the school.
-- about_zh: 学校的校点。
-- roles: teacher head guard clerk lead auditor
-- params:
-- requires: R5
SELECT s.school, s.site, s.name, s.class, s.class_year, s.kind, s.boarding, s.phase
FROM site s WHERE (:school IS NULL OR s.school = :school) AND s.closed_on IS NULL ORDER BY s.school, s.site;
