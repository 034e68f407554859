-- about: Sessions without roll call; handovers that differ or lack a second person without a reason; children gone with somebody not listed and no approval, or an approval that nobody witnessed; nobody informed after 30 minutes; sessions with children and no closing, or rooms not empty.
-- about_zh: 请核对·点名、交接、接走、清场：漏了的、人数不符的、没有同意或见证的、满 30 分钟没告知的。
-- roles: teacher head clerk lead auditor
-- params: from_on:d? until_on:d?
-- requires: R12
-- each: school
SELECT s.school, date('2000-01-01', s.date || ' days') AS date, s.slot, s.site, s.grp, NULL AS pupil, 'no_roll_call' AS what
FROM (SELECT :school AS school) k
CROSS JOIN session s ON s.school = k.school
	AND s.date BETWEEN coalesce(:from_on, 0) AND coalesce(:until_on, 1 << 30)
WHERE NOT EXISTS (SELECT 1 FROM attendance a WHERE a.school = s.school
	AND a.date = s.date AND a.slot = s.slot AND a.site = s.site AND a.grp = s.grp)
UNION ALL
SELECT h.school, date('2000-01-01', h.date || ' days'), h.slot, h.site, h.grp, NULL, CASE WHEN h.counted <> h.expected
	THEN 'count_differs' ELSE 'no_second_person' END
FROM (SELECT :school AS school) k
CROSS JOIN handover h ON h.school = k.school
	AND h.date BETWEEN coalesce(:from_on, 0) AND coalesce(:until_on, 1 << 30)
WHERE trim(coalesce(h.reason, '')) = ''
	AND (h.counted <> h.expected OR h.to_staff IS NULL OR h.to_staff = h.from_staff)
UNION ALL
SELECT l.school, date('2000-01-01', l.date || ' days'), l.slot, l.site, l.grp, l.pupil, 'not_listed'
FROM (SELECT :school AS school) k
CROSS JOIN leaving l ON l.school = k.school
	AND l.date BETWEEN coalesce(:from_on, 0) AND coalesce(:until_on, 1 << 30)
WHERE l.approval IS NULL AND l.approved_by IS NULL AND (l.person IS NOT NULL AND l.collector IS NULL
	OR l.collector IS NOT NULL
	AND NOT EXISTS (SELECT 1 FROM guardian g WHERE g.school = l.school AND g.pupil = l.pupil
		AND g.guardian = l.collector AND (g.ended_on IS NULL OR g.ended_on > l.date))
	AND NOT EXISTS (SELECT 1 FROM collector c WHERE c.school = l.school
		AND c.pupil = l.pupil AND c.collector = l.collector
		AND (c.ended_on IS NULL OR c.ended_on > l.date)))
UNION ALL
SELECT v.school, date('2000-01-01', v.date || ' days'), v.slot, v.site, v.grp, v.pupil, 'approval_no_witness'
FROM (SELECT :school AS school) k
CROSS JOIN leaving v ON v.school = k.school
	AND v.date BETWEEN coalesce(:from_on, 0) AND coalesce(:until_on, 1 << 30)
WHERE v.approved_by IS NOT NULL AND trim(coalesce(v.witness, '')) = ''
UNION ALL
SELECT z.school, date('2000-01-01', z.date || ' days'), z.slot, z.site, z.grp, z.pupil, 'late_not_informed'
FROM (SELECT :school AS school) k
CROSS JOIN leaving z ON z.school = k.school
	AND z.date BETWEEN coalesce(:from_on, 0) AND coalesce(:until_on, 1 << 30)
JOIN session e ON e.school = z.school AND e.date = z.date AND e.slot = z.slot
	AND e.site = z.site AND e.grp = z.grp
WHERE z.how IN (1, 9)
	AND z.at / 60000 BETWEEN (z.date + 10957) * 1440 - 480 + e.end_min + 31
		AND (z.date + 10957) * 1440 - 480 + 1439
	AND NOT EXISTS (SELECT 1 FROM late_pickup t WHERE t.school = z.school
		AND t.date = z.date AND t.slot = z.slot AND t.pupil = z.pupil
		AND t.informed_at IS NOT NULL)
UNION ALL
SELECT q.school, date('2000-01-01', q.date || ' days'), q.slot, NULL, NULL, q.pupil, 'kept_not_signed'
FROM (SELECT :school AS school) k
CROSS JOIN late_pickup q ON q.school = k.school
	AND q.date BETWEEN coalesce(:from_on, 0) AND coalesce(:until_on, 1 << 30)
WHERE q.kept_at IS NOT NULL AND q.signed = 0
UNION ALL
SELECT t.school, date('2000-01-01', t.date || ' days'), t.slot, t.site, t.grp, NULL, 'not_closed'
FROM (SELECT :school AS school) k
CROSS JOIN session t ON t.school = k.school
	AND t.date BETWEEN coalesce(:from_on, 0) AND coalesce(:until_on, 1 << 30)
WHERE EXISTS (SELECT 1 FROM attendance a WHERE a.school = t.school
		AND a.date = t.date AND a.slot = t.slot AND a.site = t.site AND a.grp = t.grp)
	AND NOT EXISTS (SELECT 1 FROM closing c WHERE c.school = t.school AND c.date = t.date
		AND c.slot = t.slot AND c.site = t.site AND c.grp = t.grp)
UNION ALL
SELECT y.school, date('2000-01-01', y.date || ' days'), y.slot, y.site, y.grp, NULL, 'not_empty'
FROM (SELECT :school AS school) k
CROSS JOIN closing y ON y.school = k.school
	AND y.date BETWEEN coalesce(:from_on, 0) AND coalesce(:until_on, 1 << 30)
WHERE y.empty = 0
ORDER BY 1, 2, 3, 4, 5, 6;
