-- about: A slip for each guardian's child on a day with another end or no service: to be printed.
-- about_zh: 给家长的通知条：临时停课、改时间，打印了发给家长。
-- roles: teacher head
-- params: date:d slot:i site:i?
-- requires: R2
SELECT c.pupil, c.name, c.grade, c.class, date('2000-01-01', x.date || ' days') AS date, x.slot,
	strftime('%H:%M', x.end_min * 60, 'unixepoch') AS end, x.reason
FROM closure x JOIN child c ON c.school = x.school AND c.site = x.site
	AND c.from_on <= x.date AND c.until_on > x.date
JOIN choice_span o ON o.school = c.school AND o.pupil = c.pupil AND o.choice = 1
	AND o.from_on <= x.date AND o.until_on > x.date AND o.slots & x.slot
WHERE x.school = :school AND x.site = coalesce(:site, 0) AND x.date = :date AND x.slot = :slot
	AND x.undone = 0
ORDER BY c.grade, c.class, c.name;
