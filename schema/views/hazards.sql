-- about: Hazards with their department, date and last step; open ones first.
-- about_zh: 隐患：部门、期限、最近怎样处理；没消除的在前。
-- roles: teacher head guard clerk lead auditor
-- params: date:d open:b?
-- requires: R14
SELECT h.school, h.hazard, h.kind, h.site, h.place, h.what, h.department,
	date('2000-01-01', h.found_on || ' days') AS found_on,
	date('2000-01-01', h.now_due_on || ' days') AS due_on,
	date('2000-01-01', h.cleared_on || ' days') AS cleared_on,
	h.cleared_on IS NULL AND h.now_due_on < :date AS overdue,
	(SELECT json_group_array(json_object('kind', s.kind, 'on',
		date('2000-01-01', s.step_on || ' days'), 'text', s.text)) FROM (
		SELECT * FROM hazard_step x WHERE x.school = h.school AND x.hazard = h.hazard
		ORDER BY x.step_on, x.at, x.step) s) AS steps
FROM hazard_now h
WHERE (:school IS NULL OR h.school = :school)
	AND (:open IS NULL OR (h.cleared_on IS NULL) = :open)
ORDER BY h.cleared_on IS NOT NULL, h.now_due_on, h.school, h.hazard LIMIT 1000;
