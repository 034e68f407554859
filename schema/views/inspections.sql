-- about: Safety checks and how many hazards came of each.
-- about_zh: 安全检查：各查出几处隐患。
-- roles: teacher head guard clerk lead auditor
-- params:
-- requires: R14
SELECT i.school, i.inspection, i.kind, i.site,
	date('2000-01-01', i.checked_on || ' days') AS checked_on, i.result,
	(SELECT name FROM staff n WHERE n.school = i.school AND n.staff = i.by_staff) AS by,
	(SELECT count(*) FROM hazard h WHERE h.school = i.school
		AND h.inspection = i.inspection) AS hazards
FROM inspection i WHERE (:school IS NULL OR i.school = :school)
ORDER BY i.checked_on DESC, i.school, i.inspection LIMIT 1000;
