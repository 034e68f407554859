-- What the plan in force on :on keeps, as tables of one statement: keep (days by code),
-- cut (the first school year that is kept), k (schools), unsettled (what keeps a school's
-- days longer: a statement that is not paid, whose month may reach back 92 days; an
-- incident that is not closed), kept (the first school year of whose days a school keeps
-- records), gone (children of whom nothing is kept).
WITH keep(code, days) AS (SELECT d.column1, coalesce((SELECT e.quantity FROM policy_entry e
		JOIN policy_span p ON p.version = e.version
			AND p.from_on <= coalesce(:on, 1 << 29) AND p.until_on > coalesce(:on, 1 << 29)
		WHERE e.list = 4 AND e.code = d.column1 AND e.quantity > 0), 1095)
	FROM (VALUES (1), (2)) d),
cut(code, year) AS (SELECT code, CAST(strftime('%Y', '2000-01-01', (:on - days) || ' days',
		'-8 months') AS INTEGER) FROM keep),
k AS (SELECT school FROM school_known WHERE :school IS NULL
	UNION SELECT :school WHERE :school IS NOT NULL),
unsettled(school, why, year) AS (
	SELECT s.school, 'money', min(s.month / 100 - (s.month % 100 < 12))
	FROM k JOIN statement_step s ON s.school = k.school AND s.step = 1
	WHERE NOT EXISTS (SELECT 1 FROM county_step f WHERE f.of_school = s.school
		AND f.month = s.month AND f.step = 5 AND f.state = 1)
	GROUP BY s.school
	UNION ALL
	SELECT i.school, 'incident', min(CAST(strftime('%Y', i.happened_at / 1000 + 28800,
		'unixepoch', '-8 months') AS INTEGER))
	FROM k JOIN incident i ON i.school = k.school
	WHERE NOT EXISTS (SELECT 1 FROM incident_note n WHERE n.school = i.school
		AND n.incident = i.incident AND n.kind = 5)
	GROUP BY i.school),
kept(school, year, day) AS (SELECT school, year, CAST(julianday(printf('%04d-09-01', year))
		- julianday('2000-01-01') AS INTEGER)
	FROM (SELECT k.school, min(c.year, coalesce((SELECT min(u.year) FROM unsettled u
		WHERE u.school = k.school), 9999)) AS year FROM k JOIN cut c ON c.code = 1)),
child(school, pupil, root) AS (
	SELECT p.school, p.pupil, coalesce(p.same_as, p.pupil) FROM k
	JOIN pupil p ON p.school = k.school
	UNION
	SELECT e.school, e.pupil, coalesce(p.same_as, e.pupil) FROM k
	JOIN enrolment e ON e.school = k.school
	LEFT JOIN pupil p ON p.school = e.school AND p.pupil = e.pupil),
last_here(school, root, year) AS (SELECT c.school, c.root, max(e.school_year) FROM child c
	JOIN enrolment e ON e.school = c.school AND e.pupil = c.pupil GROUP BY c.school, c.root),
-- Who has left for so long that nothing keeps it but what still calls for it.
leaver(school, pupil, root, year) AS MATERIALIZED (SELECT c.school, c.pupil, c.root, h.year
	FROM child c
	JOIN last_here h ON h.school = c.school AND h.root = c.root
	JOIN kept f ON f.school = c.school AND h.year < f.year
	JOIN cut t ON t.code = 2 AND h.year < t.year),
still(school, root) AS (
	-- Nobody drops out because the year was not turned. The marks of three years are
	-- read once, and only where somebody has left.
	SELECT l.school, l.root FROM kept f
	CROSS JOIN attendance a ON a.school = f.school AND a.date >= f.day
	CROSS JOIN leaver l ON l.school = a.school AND l.pupil = a.pupil
	WHERE EXISTS (SELECT 1 FROM leaver w WHERE w.school = f.school)
	UNION
	SELECT l.school, l.root FROM leaver l JOIN incident i ON i.school = l.school
		AND i.pupil = l.pupil
	UNION
	SELECT l.school, l.root FROM leaver l JOIN incident_person i ON i.school = l.school
		AND i.pupil = l.pupil
	UNION
	SELECT l.school, l.root FROM leaver l JOIN subject_request r ON r.school = l.school
		AND r.pupil = l.pupil AND r.answered_on IS NULL
	UNION
	SELECT l.school, l.root FROM leaver l JOIN opinion o ON o.school = l.school
		AND o.pupil = l.pupil
	WHERE NOT EXISTS (SELECT 1 FROM opinion_answer w WHERE w.school = o.school
		AND w.opinion = o.opinion)),
gone(school, pupil, year) AS (SELECT school, pupil, year FROM leaver
	WHERE (school, root) NOT IN (SELECT school, root FROM still))
