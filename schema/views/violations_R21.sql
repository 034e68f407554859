-- about: Meals that no member of staff shared, without a sample or with less than 125 g of it; noons with children who eat and no meal entered.
-- about_zh: 请核对·中午：没有人陪餐、没留样或不足 125 克；有人吃饭而没登记供餐。
-- roles: teacher head clerk lead auditor
-- params: from_on:d? until_on:d?
-- requires: R21
SELECT m.school, date('2000-01-01', m.date || ' days') AS date, m.site, 'no_staff' AS what
FROM meal m WHERE (:school IS NULL OR m.school = :school) AND m.with_staff IS NULL
	AND m.date BETWEEN coalesce(:from_on, 0) AND coalesce(:until_on, 1 << 30)
UNION ALL
SELECT n.school, date('2000-01-01', n.date || ' days'), n.site,
	CASE WHEN n.sample_at IS NULL THEN 'no_sample' ELSE 'small_sample' END
FROM meal n WHERE (:school IS NULL OR n.school = :school)
	AND (n.sample_at IS NULL OR n.sample_grams < 125)
	AND n.date BETWEEN coalesce(:from_on, 0) AND coalesce(:until_on, 1 << 30)
UNION ALL
SELECT s.school, date('2000-01-01', s.date || ' days'), s.site, 'no_meal'
FROM (SELECT school FROM school_known WHERE :school IS NULL UNION SELECT :school WHERE :school IS NOT NULL) k
CROSS JOIN session s ON s.school = k.school AND s.slot = 1
	AND s.date BETWEEN coalesce(:from_on, 0) AND coalesce(:until_on, 1 << 30)
WHERE EXISTS (SELECT 1 FROM attendance a JOIN noon o ON o.school = a.school
		AND o.pupil = a.pupil AND o.eats = 1 AND o.school_year
			= CAST(strftime('%Y', '2000-01-01', s.date || ' days', '-8 months') AS INTEGER)
		WHERE a.school = s.school AND a.date = s.date AND a.slot = 1 AND a.site = s.site
		AND a.grp = s.grp AND a.state = 1)
	AND NOT EXISTS (SELECT 1 FROM meal x WHERE x.school = s.school AND x.date = s.date
		AND x.site = s.site)
GROUP BY s.school, s.date, s.site
ORDER BY 1, 2, 3;
