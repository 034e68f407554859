-- about: Handovers with their counts.
-- about_zh: 交接记录：谁交给谁、点了几人。
-- roles: teacher head guard clerk lead auditor
-- params: date:d?
-- requires: R12
-- ask: school
SELECT h.school, date('2000-01-01', h.date || ' days') AS date, h.slot, h.site, h.grp, h.no, (SELECT name FROM staff n WHERE n.school = h.school AND n.staff = h.from_staff) AS from_staff, (SELECT name FROM staff n WHERE n.school = h.school AND n.staff = h.to_staff) AS to_staff,
	CAST(h.from_staff AS TEXT) AS from_id, CAST(h.to_staff AS TEXT) AS to_id, CAST(h.by_staff AS TEXT) AS by_id,
	h.expected, h.counted, h.kind, h.reason, strftime('%Y-%m-%d %H:%M:%S', h.at / 1000 + 28800, 'unixepoch') AS at
FROM (SELECT school FROM school_known WHERE :school IS NULL UNION SELECT :school WHERE :school IS NOT NULL) k
CROSS JOIN handover h ON h.school = k.school
	AND h.date BETWEEN coalesce(:date, 0) AND coalesce(:date, 1 << 30)
ORDER BY h.date DESC, h.school, h.slot, h.site, h.grp, h.no LIMIT 1000;
