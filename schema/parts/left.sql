-- Who has left the session of :date :slot, with whom, when, and who recorded it.
SELECT l.site, l.grp, l.pupil, l.how, coalesce(g.name, c.name, l.person) AS with_whom,
	strftime('%H:%M', l.at / 1000 + 28800, 'unixepoch') AS at,
	(SELECT name FROM staff n WHERE n.school = l.school AND n.staff = l.by_staff) AS by,
	printf('%d-%d', l.at, coalesce(l.by_staff, 0)) AS record
FROM leaving l
LEFT JOIN guardian g ON g.school = l.school AND g.pupil = l.pupil AND g.guardian = l.collector
LEFT JOIN collector c ON c.school = l.school AND c.pupil = l.pupil
	AND c.collector = l.collector
WHERE l.school = :school AND l.date = :date AND l.slot = :slot
