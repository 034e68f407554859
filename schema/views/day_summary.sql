-- about: One line a school and slot of a day.
-- about_zh: 一天的情况：每校每个时段一行。
-- roles: teacher head guard clerk lead auditor
-- params: date:d
-- requires: R1 R17
-- each: school
SELECT s.school, s.slot, count(*) AS sessions,
	(SELECT count(*) FROM attendance a WHERE a.school = s.school AND a.date = :date
		AND a.slot = s.slot) AS marks,
	(SELECT count(*) FROM attendance a WHERE a.school = s.school AND a.date = :date
		AND a.slot = s.slot AND a.state = 1) AS came,
	(SELECT count(*) FROM leaving l WHERE l.school = s.school AND l.date = :date
		AND l.slot = s.slot) AS left,
	(SELECT count(*) FROM pupil_here h WHERE h.school = s.school AND h.date = :date
		AND h.slot = s.slot) AS still_here,
	(SELECT count(*) FROM handover h WHERE h.school = s.school AND h.date = :date
		AND h.slot = s.slot) AS handovers,
	(SELECT count(*) FROM closing c WHERE c.school = s.school AND c.date = :date
		AND c.slot = s.slot) AS closed,
	(SELECT count(*) FROM incident i WHERE i.school = s.school
		AND (i.past_head = 0 OR :hub OR i.by_staff = :staff)
		AND date(i.happened_at / 1000 + 28800, 'unixepoch') = date('2000-01-01', :date || ' days')) AS incidents
FROM (SELECT :school AS school) k
CROSS JOIN session s ON s.school = k.school AND s.date = :date
GROUP BY s.school, s.slot ORDER BY s.school, s.slot;
