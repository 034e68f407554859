-- about: Noon of a day: who is here, eats, sleeps, and what a child must not eat.
-- about_zh: 中午名单：谁在、谁吃饭、谁午休、忌口。
-- roles: teacher head guard
-- params: date:d site:i? grp:i?
-- sensitive: allergy
-- requires: R21
SELECT e.pupil, e.name, e.grade, e.class, e.grp, coalesce(n.eats, 0) AS eats,
	coalesce(n.naps, 0) AS naps, p.allergy,
	(SELECT min(a.state) FROM attendance a WHERE a.school = e.school AND a.date = :date
		AND a.slot = 1 AND a.site = e.site AND a.grp IN (0, e.grp) AND a.pupil = e.pupil)
		AS state,
	coalesce(m.ate, n.eats, 0) AS ate
FROM child e
JOIN pupil p ON p.school = e.school AND p.pupil = e.pupil
LEFT JOIN noon n ON n.school = e.school AND n.pupil = e.pupil
	AND n.school_year = e.school_year
LEFT JOIN meal_mark m ON m.school = e.school AND m.date = :date AND m.pupil = e.pupil
WHERE e.school = :school AND (:site IS NULL OR e.site = :site)
	AND (:grp IS NULL OR e.grp = :grp) AND e.from_on <= :date AND e.until_on > :date
ORDER BY e.grade, e.class, e.name;
