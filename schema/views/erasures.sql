-- about: Persons whose names and private facts were erased: children, or people who served.
-- about_zh: 删除过的：哪些孩子或离岗人员的个人信息已经删除。
-- roles: head clerk auditor
-- params:
-- requires: R18
SELECT e.school, CASE WHEN s.staff IS NULL THEN e.person END AS pupil, s.staff, e.reason,
	e.guardian, e.at, e.by_staff
FROM erasure e LEFT JOIN staff s ON s.school = e.school AND s.staff = e.person
WHERE :school IS NULL OR e.school = :school
ORDER BY e.school, e.at, e.person;
