-- Figures of :month of each site, as the table site_month: behind the tables of duty.
-- side 1 town (城区, 镇区: 1xx), 2 country (乡村: 2xx).
, spot AS (SELECT t.school, t.site, t.class FROM k CROSS JOIN site t ON t.school = k.school
	WHERE t.closed_on IS NULL OR t.closed_on > (SELECT first_on FROM span)),
kids AS (SELECT c.school, c.site, count(*) AS children FROM k CROSS JOIN child c ON c.school = k.school
	WHERE c.from_on <= (SELECT last_on FROM span) AND c.until_on > (SELECT last_on FROM span)
	GROUP BY c.school, c.site),
came AS (SELECT s.school, s.site, s.date, s.end_min - s.begin_min AS minutes, (SELECT count(*)
		FROM attendance a WHERE a.school = s.school AND a.date = s.date AND a.slot = s.slot
		AND a.site = s.site AND a.grp = s.grp AND a.state = 1) AS here
	FROM held s WHERE s.date >= (SELECT first_on FROM span)),
day AS (SELECT school, site, count(*) AS sessions, sum(here) AS marks, sum(minutes * here) AS child_minutes,
		max(date) AS last_on FROM came GROUP BY school, site),
pay AS (SELECT w.school, w.site, count(DISTINCT w.staff) AS people, sum(w.fen) AS fen
	FROM (SELECT w.school, w.site, w.staff, sum(w.fen) * l.fen / max(1, l.before_cap) AS fen
		FROM worth w JOIN line l ON l.school = w.school AND l.staff = w.staff
		GROUP BY w.school, w.site, w.staff) w GROUP BY w.school, w.site),
ill_month AS (SELECT i.school, i.site, count(*) AS incidents FROM k CROSS JOIN incident i ON i.school = k.school
	WHERE (i.happened_at + 28800000) / 86400000 - 10957 BETWEEN (SELECT first_on FROM span)
		AND (SELECT last_on FROM span) GROUP BY i.school, i.site),
site_month AS (SELECT t.school, t.class, CASE WHEN t.class < 200 THEN 1 ELSE 2 END AS side,
		coalesce(c.children, 0) AS children, d.sessions, d.marks, d.child_minutes,
		p.people, p.fen, coalesce(n.incidents, 0) AS incidents, d.last_on
	FROM spot t
	LEFT JOIN kids c ON c.school = t.school AND c.site = t.site
	LEFT JOIN day d ON d.school = t.school AND d.site = t.site
	LEFT JOIN pay p ON p.school = t.school AND p.site = t.site
	LEFT JOIN ill_month n ON n.school = t.school AND n.site = t.site
	WHERE t.class IS NOT NULL)
