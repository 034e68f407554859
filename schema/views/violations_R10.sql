-- about: Duty of people not checked, or barred and no emergency; statements and weeks of the plan that the parents' committee has not signed.
-- about_zh: 请核对·人员：没有入职查询的、不得从业的课时；家长委员会没签的补助表和周计划。
-- roles: head clerk lead auditor
-- params: month:i
-- requires: R10
-- each: school
-- include duty
SELECT school, date('2000-01-01', date || ' days') AS date, staff,
	CASE WHEN barred = 1 THEN CASE emergency WHEN 1 THEN 'barred_emergency' ELSE 'barred' END
		ELSE 'not_checked' END AS what
FROM worth WHERE (barred = 1 OR checked = 0) AND minutes > 0
UNION ALL
SELECT p.school, date('2000-01-01', (SELECT first_on FROM span) || ' days'), NULL, 'not_countersigned'
FROM statement_step p WHERE p.step = 1 AND p.month = :month AND p.school = :school
	AND NOT EXISTS (SELECT 1 FROM statement_step c WHERE c.school = p.school AND c.month = p.month
	AND c.step = 3)
UNION ALL
SELECT i.school, date('2000-01-01', i.week_on || ' days'), NULL, 'plan_not_countersigned'
FROM k CROSS JOIN plan_item i ON i.school = k.school
	AND i.week_on BETWEEN (SELECT first_on FROM span) AND (SELECT last_on FROM span)
WHERE i.dropped = 0 AND NOT EXISTS (SELECT 1 FROM plan_sign g WHERE g.school = i.school
	AND g.week_on <= i.week_on AND g.until_on >= i.week_on)
GROUP BY i.school, i.week_on
ORDER BY 1, 2, 3;
