-- about: Who serves, with the check: cleared, not checked, barred.
-- about_zh: 教职工和入职查询：通过、没查、不得从业。
-- roles: head clerk lead auditor
-- params:
-- requires: R10
SELECT n.school, n.staff, n.name, n.kind, n.number, n.active,
	CASE WHEN n.barred = 1 THEN 'barred' WHEN n.checked_on IS NULL THEN 'not_checked' ELSE 'cleared' END AS state,
	date('2000-01-01', n.checked_on || ' days') AS checked_on
FROM standing n WHERE :school IS NULL OR n.school = :school ORDER BY n.school, n.name, n.staff;
