-- about: Boarders with their dormitory and how they go home on the weekday of a date.
-- about_zh: 住校生：宿舍，那天怎样回家。
-- roles: teacher head guard clerk lead auditor
-- params: date:d
-- requires: R1 R13
SELECT b.school, b.pupil, p.name, b.dormitory, coalesce(d.how,
		CASE WHEN (s.boarding_week >> (:date + 5) % 7) & 1 THEN coalesce(w.how, 1) END, 5) AS how,
	coalesce(d.how, CASE WHEN (s.boarding_week >> (:date + 5) % 7) & 1 THEN coalesce(w.how, 1) END,
		5) <> 5 AS goes_home
FROM boarding b
JOIN pupil p ON p.school = b.school AND p.pupil = b.pupil
LEFT JOIN place e ON e.school = b.school AND e.pupil = b.pupil AND e.from_on <= :date
	AND e.until_on > :date
LEFT JOIN site s ON s.school = b.school AND s.site = coalesce(e.site, 0)
LEFT JOIN way d ON d.school = b.school AND d.pupil = b.pupil
	AND d.weekday = (:date + 5) % 7 + 1
LEFT JOIN way w ON w.school = b.school AND w.pupil = b.pupil AND w.weekday = 0
WHERE (:school IS NULL OR b.school = :school)
	AND b.school_year = CAST(strftime('%Y', '2000-01-01', :date || ' days', '-8 months')
		AS INTEGER)
	AND coalesce(b.from_on, 0) <= :date AND coalesce(b.until_on, 1 << 30) > :date
ORDER BY b.school, b.dormitory, p.name;
