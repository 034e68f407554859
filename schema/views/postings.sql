-- about: Which teachers visit which site on which weekday.
-- about_zh: 走教安排：哪位教师星期几到哪个校点。
-- roles: teacher head guard clerk lead auditor
-- params: date:d?
-- requires: R1 R5
SELECT o.school, o.staff, n.name, o.site, s.name AS site_name, o.weekday,
	date('2000-01-01', o.from_on || ' days') AS from_on,
	date('2000-01-01', o.until_on || ' days') AS until_on
FROM posting o
LEFT JOIN staff n ON n.school = o.school AND n.staff = o.staff
LEFT JOIN site s ON s.school = o.school AND s.site = o.site
WHERE (:school IS NULL OR o.school = :school) AND (:date IS NULL
	OR coalesce(o.from_on, 0) <= :date AND coalesce(o.until_on, 1 << 30) > :date
	AND o.weekday IN (0, (:date + 5) % 7 + 1))
ORDER BY o.school, o.site, o.weekday, n.name;
