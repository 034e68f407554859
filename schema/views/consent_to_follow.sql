-- about: Children who came, or asked to come, in the last weeks without a consent: how long, how often chased.  Chased, never turned away.
-- about_zh: 同意书待补：近期来了或报了名的孩子，多久了、催过几次。要催补，不能赶走。
-- roles: teacher head clerk lead
-- params: date:d days:i?
-- requires: R3
-- ask: school
SELECT e.school, e.pupil, e.name, e.grade, e.class, x.came,
	date('2000-01-01', x.first_on || ' days') AS first_on, :date - x.first_on AS days,
	EXISTS (SELECT 1 FROM request r WHERE r.school = e.school AND r.pupil = e.pupil
		AND r.school_year = e.school_year AND r.wanted = 1) AS asked,
	(SELECT count(*) FROM chase h WHERE h.school = e.school AND h.pupil = e.pupil) AS chased,
	(SELECT date('2000-01-01', max(h.chased_on) || ' days') FROM chase h
		WHERE h.school = e.school AND h.pupil = e.pupil) AS last_chased
FROM (SELECT school FROM school_known WHERE :school IS NULL UNION SELECT :school WHERE :school IS NOT NULL) k
CROSS JOIN child e ON e.school = k.school AND e.from_on <= :date AND e.until_on > :date
LEFT JOIN (SELECT a.school, a.pupil, count(*) AS came, min(a.date) AS first_on
	FROM (SELECT school FROM school_known WHERE :school IS NULL UNION SELECT :school WHERE :school IS NOT NULL) k
	CROSS JOIN attendance a ON a.school = k.school
		AND a.date BETWEEN :date - coalesce(:days, 14) AND :date
	WHERE a.state = 1 GROUP BY a.school, a.pupil) x
	ON x.school = e.school AND x.pupil = e.pupil
WHERE NOT EXISTS (SELECT 1 FROM choice_span c WHERE c.school = e.school
		AND c.pupil = e.pupil AND c.from_on <= :date AND c.until_on > :date)
	AND (x.came > 0 OR EXISTS (SELECT 1 FROM request r WHERE r.school = e.school
		AND r.pupil = e.pupil AND r.school_year = e.school_year AND r.wanted = 1))
ORDER BY e.school, days DESC, e.name;
