-- about: Sessions without roll call; handovers that differ or lack a second person without a reason; children gone with somebody not listed and no approval; sessions with children and no closing.
-- about_zh: 未点名的场次；人数不符或缺第二人而没有原因的交接；由未登记的人接走而没有同意的孩子；有孩子而未清场的场次。
-- roles: teacher head clerk lead auditor
-- params:
-- requires: R12
SELECT s.school, date('2000-01-01', s.date || ' days') AS date, s.slot, s.site, s.grp, NULL AS pupil, 'no_roll_call' AS what
FROM session s
WHERE (:school IS NULL OR s.school = :school) AND NOT EXISTS (SELECT 1 FROM attendance a WHERE a.school = s.school
	AND a.date = s.date AND a.slot = s.slot AND a.site = s.site AND a.grp = s.grp)
UNION ALL
SELECT h.school, date('2000-01-01', h.date || ' days'), h.slot, h.site, h.grp, NULL, CASE WHEN h.counted <> h.expected
	THEN 'count_differs' ELSE 'no_second_person' END
FROM handover h WHERE (:school IS NULL OR h.school = :school) AND h.reason IS NULL
	AND (h.counted <> h.expected OR h.to_staff IS NULL OR h.to_staff = h.from_staff)
UNION ALL
SELECT l.school, date('2000-01-01', l.date || ' days'), l.slot, l.site, l.grp, l.pupil, 'not_listed'
FROM leaving l
WHERE (:school IS NULL OR l.school = :school) AND l.approval IS NULL AND (l.person IS NOT NULL AND l.collector IS NULL
	OR l.collector IS NOT NULL
	AND NOT EXISTS (SELECT 1 FROM guardian g WHERE g.school = l.school AND g.pupil = l.pupil
		AND g.guardian = l.collector AND (g.ended_on IS NULL OR g.ended_on > l.date))
	AND NOT EXISTS (SELECT 1 FROM collector c WHERE c.school = l.school
		AND c.pupil = l.pupil AND c.collector = l.collector
		AND (c.ended_on IS NULL OR c.ended_on > l.date)))
UNION ALL
SELECT t.school, date('2000-01-01', t.date || ' days'), t.slot, t.site, t.grp, NULL, 'not_closed'
FROM session t
WHERE (:school IS NULL OR t.school = :school) AND EXISTS (SELECT 1 FROM attendance a WHERE a.school = t.school
		AND a.date = t.date AND a.slot = t.slot AND a.site = t.site AND a.grp = t.grp)
	AND NOT EXISTS (SELECT 1 FROM closing c WHERE c.school = t.school AND c.date = t.date
		AND c.slot = t.slot AND c.site = t.site AND c.grp = t.grp)
ORDER BY 1, 2, 3, 4, 5, 6;
