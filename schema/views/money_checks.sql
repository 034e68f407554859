-- about: What a school's month of duty and money does not add up to, and when each of its people was on duty.
-- about_zh: 课时和经费核对：一所学校当月对不上的地方，和每人的在岗时段。
-- roles: head clerk lead auditor
-- params: month:i?
-- requires: R11
-- each: school
-- include duty
SELECT p.school, date('2000-01-01', (SELECT first_on FROM span) || ' days') AS date, NULL AS staff,
	'total_differs' AS what, NULL AS number, NULL AS spans
FROM statement_step p
WHERE p.step = 1 AND p.month = :month AND p.school = :school
	AND p.fen <> coalesce((SELECT sum(l.fen) FROM line l WHERE l.school = p.school), 0)
	-- Where the days have ended (kehou retention), nothing is left to compute it from.
	AND (SELECT from_on FROM span) >= coalesce((SELECT max(e.below) FROM kehou_ended e
		WHERE e.scope = p.school AND e.tbl = 30), 0)
UNION ALL
SELECT a.school, date('2000-01-01', a.date || ' days'), a.staff, 'overlap', NULL, NULL
FROM worth a JOIN worth b ON b.date = a.date AND b.slot = a.slot
	AND (b.staff = a.staff OR b.number = a.number)
	AND (b.site, b.grp, b.entry) > (a.site, a.grp, a.entry)
	AND a.minutes > 0 AND b.minutes > 0
	AND a.begin_min < b.begin_min + b.minutes AND b.begin_min < a.begin_min + a.minutes
UNION ALL
SELECT s.school, date('2000-01-01', min(s.date) || ' days'), s.staff, 'bulk_in_one_second', NULL, NULL
FROM held s WHERE s.date >= (SELECT first_on FROM span)
GROUP BY s.school, s.staff, s.at HAVING count(DISTINCT s.date * 4 + s.slot) > 1 OR count(*) > 2
UNION ALL
SELECT e.school, date('2000-01-01', e.date || ' days'), e.person, 'too_late', NULL, NULL
FROM duty_entry e WHERE e.school = :school AND e.at / 86400000 - 10957 - e.date > 92
UNION ALL
SELECT f.of_school, date('2000-01-01', (SELECT first_on FROM span) || ' days'), NULL, 'not_posted', NULL, NULL
FROM county_step f JOIN statement_step o ON o.school = f.of_school AND o.month = f.month AND o.step = 1
WHERE f.month = :month AND f.step = 5 AND f.state = 1 AND o.posted_on IS NULL
	AND f.of_school = :school
UNION ALL
SELECT x.school, date('2000-01-01', x.held_on || ' days'), NULL, 'purpose', NULL, NULL FROM spending x
WHERE x.school = :school AND x.purpose NOT BETWEEN 1 AND 4
UNION ALL
SELECT y.school, y.year || '-12-31', NULL, 'over_allocation', NULL, NULL FROM spending y
WHERE y.school = :school
GROUP BY y.school, y.year HAVING sum(y.fen) > coalesce((SELECT sum(c.fen) FROM county_ledger c
	WHERE c.year = y.year AND c.kind = 2 AND c.to_school = y.school), 0)
UNION ALL
SELECT w.school, NULL, w.staff, 'on_duty', w.number, json_group_array(json_array(w.date, w.slot,
	w.begin_min, w.minutes)) FROM worth w
WHERE w.number IS NOT NULL AND w.minutes > 0
GROUP BY w.school, w.staff, w.number
ORDER BY 1, 2, 3;
