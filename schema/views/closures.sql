-- about: Days without service or with another end.
-- about_zh: 停课和改时间的日子：哪天、为什么。
-- roles: teacher head guard clerk lead auditor
-- params:
-- requires: R2
SELECT school, site, date('2000-01-01', date || ' days') AS date, slot,
	strftime('%H:%M', end_min * 60, 'unixepoch') AS end, reason
FROM closure WHERE undone = 0 AND (:school IS NULL OR school = :school)
ORDER BY date DESC, school, site, slot LIMIT 1000;
