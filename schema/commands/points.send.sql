-- about: Sends a central school what the schools under it came to in a month and how far their records reach, in numbers; without a month the running one and the one before. A hub does it by itself after records came in.
-- about_zh: 给中心校发下属学校的数字：哪个月；不填是本月和上月。收到记录后会自动发。
-- roles: clerk lead
-- params: month:i?
-- scope: school
-- audit: month
-- requires: R5
-- idle: hub
SELECT refuse('R11.month', :month)
WHERE :month NOT BETWEEN 200001 AND 219912 OR :month % 100 NOT BETWEEN 1 AND 12;
INSERT INTO point_month (school, of_school, month, name, children, sessions, called, closed, here,
	incidents, hazards, fen, last_on, at, by_staff)
SELECT * FROM (
WITH m (month) AS (SELECT :month WHERE :month IS NOT NULL
	UNION ALL SELECT CAST(strftime('%Y%m', now_ms() / 1000 + 28800, 'unixepoch') AS INTEGER) WHERE :month IS NULL
	UNION ALL SELECT CAST(strftime('%Y%m', now_ms() / 1000 + 28800, 'unixepoch', 'start of month', '-1 day')
		AS INTEGER) WHERE :month IS NULL),
span AS MATERIALIZED (SELECT month,
		CAST(julianday(printf('%04d-%02d-01', month / 100, month % 100)) - julianday('2000-01-01')
			AS INTEGER) AS first_on,
		CAST(julianday(printf('%04d-%02d-01', month / 100, month % 100), '+1 month')
			- julianday('2000-01-01') AS INTEGER) - 1 AS last_on FROM m),
under AS MATERIALIZED (SELECT t.school, t.name FROM site t
	WHERE t.site = 0 AND t.central = :school AND t.closed_on IS NULL)
SELECT :school, u.school, n.month, u.name,
	(SELECT count(*) FROM child c WHERE c.school = u.school AND c.from_on <= n.last_on
		AND c.until_on > n.last_on) AS children,
	(SELECT count(*) FROM session s WHERE s.school = u.school
		AND s.date BETWEEN n.first_on AND n.last_on) AS sessions,
	(SELECT count(*) FROM session s WHERE s.school = u.school
		AND s.date BETWEEN n.first_on AND n.last_on AND EXISTS (SELECT 1 FROM attendance a
			WHERE a.school = s.school AND a.date = s.date AND a.slot = s.slot
			AND a.site = s.site AND a.grp = s.grp)) AS called,
	(SELECT count(*) FROM closing c WHERE c.school = u.school
		AND c.date BETWEEN n.first_on AND n.last_on) AS closed,
	(SELECT count(*) FROM attendance a WHERE a.school = u.school
		AND a.date BETWEEN n.first_on AND n.last_on AND a.state = 1) AS here,
	(SELECT count(*) FROM incident i WHERE i.school = u.school AND i.past_head = 0
		AND (i.happened_at + 28800000) / 86400000 - 10957 BETWEEN n.first_on AND n.last_on)
		AS incidents,
	(SELECT count(*) FROM hazard_now h WHERE h.school = u.school AND h.found_on <= n.last_on
		AND h.cleared_on IS NULL) AS hazards,
	(SELECT p.fen FROM statement_step p WHERE p.school = u.school AND p.month = n.month
		AND p.step = 1) AS fen,
	(SELECT max(s.date) FROM session s WHERE s.school = u.school) AS last_on,
	now_ms(), :staff
FROM under u CROSS JOIN span n)
WHERE true
ON CONFLICT DO UPDATE SET name = excluded.name,
	children = excluded.children, sessions = excluded.sessions, called = excluded.called,
	closed = excluded.closed, here = excluded.here, incidents = excluded.incidents,
	hazards = excluded.hazards, fen = excluded.fen, last_on = excluded.last_on,
	at = excluded.at, by_staff = excluded.by_staff
WHERE (name, children, sessions, called, closed, here, incidents, hazards, fen, last_on)
	IS NOT (excluded.name, excluded.children, excluded.sessions,
	excluded.called, excluded.closed, excluded.here, excluded.incidents, excluded.hazards,
	excluded.fen, excluded.last_on);
SELECT changes() AS changed;
