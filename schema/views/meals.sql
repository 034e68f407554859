-- about: Meals: menu, who ate along, the sample, how many children ate.
-- about_zh: 供餐：菜单、谁陪餐、留样、多少人吃。
-- roles: teacher head guard clerk lead auditor
-- params: date:d?
-- requires: R21
SELECT m.school, date('2000-01-01', m.date || ' days') AS date, m.site, m.menu,
	(SELECT name FROM staff s WHERE s.school = m.school AND s.staff = m.with_staff)
		AS with_staff,
	strftime('%Y-%m-%d %H:%M:%S', m.sample_at / 1000 + 28800, 'unixepoch') AS sample_at,
	m.sample_grams,
	(SELECT count(*) FROM attendance a
		LEFT JOIN noon n ON n.school = a.school AND n.pupil = a.pupil AND n.school_year
			= CAST(strftime('%Y', '2000-01-01', m.date || ' days', '-8 months') AS INTEGER)
		LEFT JOIN meal_mark x ON x.school = a.school AND x.date = a.date AND x.pupil = a.pupil
		WHERE a.school = m.school AND a.date = m.date AND a.slot = 1 AND a.site = m.site
		AND a.state = 1 AND coalesce(x.ate, n.eats, 0) = 1) AS ate
FROM (SELECT school FROM school_known WHERE :school IS NULL UNION SELECT :school WHERE :school IS NOT NULL) k
CROSS JOIN meal m ON m.school = k.school
	AND m.date BETWEEN coalesce(:date, 0) AND coalesce(:date, 1 << 30)
ORDER BY m.date DESC, m.school, m.site LIMIT 1000;
