-- about: Who serves.
-- about_zh: 教职工：岗位、类别。
-- roles: teacher head guard clerk lead auditor
-- params:
-- requires: R10
SELECT s.school, s.staff, s.name, s.roles, s.kind, s.active, date('2000-01-01', s.checked_on || ' days') AS checked_on
FROM staff s WHERE (:school IS NULL OR s.school = :school) ORDER BY s.school, s.staff;
