-- about: One hazard as it is printed for the department that it is referred to.
-- about_zh: 隐患移送单：打印给负责的部门。
-- roles: teacher head clerk lead
-- params: hazard:i
-- requires: R14
SELECT h.school, s.name AS school_name, h.hazard, h.kind, h.place, h.what, h.department,
	date('2000-01-01', h.found_on || ' days') AS found_on,
	date('2000-01-01', h.now_due_on || ' days') AS due_on,
	(SELECT name FROM staff n WHERE n.school = h.school AND n.staff = h.by_staff) AS found_by
FROM hazard_now h LEFT JOIN site s ON s.school = h.school AND s.site = h.site
WHERE (:school IS NULL OR h.school = :school) AND h.hazard = :hazard;
