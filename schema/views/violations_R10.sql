-- about: Duty of people not checked, or barred and no emergency; statements that the parents' committee has not signed.
-- about_zh: 未经查询者、被禁止者（非紧急）的课时；家长委员会未会签的补助表。
-- roles: head clerk lead auditor
-- params: month:i
-- requires: R10
-- include duty
SELECT school, date('2000-01-01', date || ' days') AS date, staff,
	CASE WHEN barred = 1 THEN CASE emergency WHEN 1 THEN 'barred_emergency' ELSE 'barred' END
		ELSE 'not_checked' END AS what
FROM worth WHERE (barred = 1 OR checked = 0) AND minutes > 0
UNION ALL
SELECT p.school, date('2000-01-01', (SELECT first_on FROM span) || ' days'), NULL, 'not_countersigned'
FROM statement_step p WHERE p.step = 1 AND p.month = :month AND (:school IS NULL OR p.school = :school)
	AND NOT EXISTS (SELECT 1 FROM statement_step c WHERE c.school = p.school AND c.month = p.month
	AND c.step = 3)
ORDER BY 1, 2, 3;
