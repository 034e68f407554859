-- about: How the children of a day went home.
-- about_zh: 离校记录：那天孩子们怎样走的。
-- roles: teacher head guard clerk lead auditor
-- params: date:d
-- requires: R1 R12
-- ask: school
SELECT l.school, l.slot, l.site, l.grp, l.pupil, p.name, l.how,
	coalesce(g.name, c.name, l.person) AS with_whom, l.approval, l.approved_by, l.witness, l.route, strftime('%Y-%m-%d %H:%M:%S', l.at / 1000 + 28800, 'unixepoch') AS at, (SELECT name FROM staff n WHERE n.school = l.school AND n.staff = l.by_staff) AS by,
	printf('%d-%d', l.at, coalesce(l.by_staff, 0)) AS record
FROM (SELECT school FROM school_known WHERE :school IS NULL UNION SELECT :school WHERE :school IS NOT NULL) k
CROSS JOIN leaving l ON l.school = k.school AND l.date = :date
LEFT JOIN pupil p ON p.school = l.school AND p.pupil = l.pupil
LEFT JOIN guardian g ON g.school = l.school AND g.pupil = l.pupil AND g.guardian = l.collector
LEFT JOIN collector c ON c.school = l.school AND c.pupil = l.pupil
	AND c.collector = l.collector
ORDER BY l.school, l.slot, l.site, l.grp, p.name;
