-- about: Statements that no longer add up, hours at two places at once, several sessions entered in one second, duty recorded too late, statements paid and never posted, money over the allocation or for another purpose.
-- about_zh: 与明细不符的补助表；同一时间两处的课时；一秒内成批登记；过晚登记的课时；已拨付而未公示的补助表；超出分配或用途不符的支出。
-- roles: head clerk lead auditor
-- params: month:i?
-- requires: R11
-- include duty
SELECT p.school, date('2000-01-01', (SELECT first_on FROM span) || ' days') AS date, NULL AS staff, NULL AS other_school,
	'total_differs' AS what
FROM statement_step p
WHERE p.step = 1 AND p.month = :month AND (:school IS NULL OR p.school = :school)
	AND p.fen <> coalesce((SELECT sum(l.fen) FROM line l WHERE l.school = p.school), 0)
UNION ALL
SELECT a.school, date('2000-01-01', a.date || ' days'), a.staff, b.school, 'overlap'
FROM worth a JOIN worth b ON b.date = a.date AND b.slot = a.slot
	AND (b.staff = a.staff AND b.school = a.school OR b.number = a.number)
	AND (b.school, b.site, b.grp, b.entry) > (a.school, a.site, a.grp, a.entry)
	AND a.minutes > 0 AND b.minutes > 0
	AND a.begin_min < b.begin_min + b.minutes AND b.begin_min < a.begin_min + a.minutes
UNION ALL
SELECT s.school, date('2000-01-01', min(s.date) || ' days'), s.staff, NULL, 'bulk_in_one_second'
FROM held s WHERE s.date >= (SELECT first_on FROM span)
GROUP BY s.school, s.staff, s.at HAVING count(DISTINCT s.date * 4 + s.slot) > 1 OR count(*) > 2
UNION ALL
SELECT e.school, date('2000-01-01', e.date || ' days'), e.person, NULL, 'too_late'
FROM k CROSS JOIN duty_entry e ON e.school = k.school
WHERE e.at / 86400000 - 10957 - e.date > 92
UNION ALL
SELECT f.of_school, date('2000-01-01', (SELECT first_on FROM span) || ' days'), NULL, NULL, 'not_posted'
FROM county_step f JOIN statement_step o ON o.school = f.of_school AND o.month = f.month AND o.step = 1
WHERE f.month = :month AND f.step = 5 AND f.state = 1 AND o.posted_on IS NULL
	AND (:school IS NULL OR f.of_school = :school)
UNION ALL
SELECT x.school, date('2000-01-01', x.held_on || ' days'), NULL, NULL, 'purpose' FROM spending x
WHERE (:school IS NULL OR x.school = :school) AND x.purpose NOT BETWEEN 1 AND 4
UNION ALL
SELECT y.school, y.year || '-12-31', NULL, NULL, 'over_allocation' FROM spending y
WHERE :school IS NULL OR y.school = :school
GROUP BY y.school, y.year HAVING sum(y.fen) > coalesce((SELECT sum(c.fen) FROM county_ledger c
	WHERE c.year = y.year AND c.kind = 2 AND c.to_school = y.school), 0)
UNION ALL
SELECT NULL, z.year || '-12-31', NULL, NULL, 'over_budget' FROM county_ledger z
GROUP BY z.year HAVING sum(CASE z.kind WHEN 2 THEN z.fen ELSE 0 END)
	> sum(CASE z.kind WHEN 1 THEN z.fen ELSE 0 END)
ORDER BY 1, 2, 3;
