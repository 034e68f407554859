-- Duty of the month :month (year * 100 + month) with its worth, as tables of one
-- statement: span, k, watch, duty, worth.  Reaches back 92 days for what was
-- recorded late.  Fen are rounded half up, the sign kept apart.
WITH span AS (SELECT first_on - 92 AS from_on, last_on, first_on FROM (SELECT
		CAST(julianday(printf('%04d-%02d-01', :month / 100, :month % 100))
			- julianday('2000-01-01') AS INTEGER) AS first_on,
		CAST(julianday(printf('%04d-%02d-01', :month / 100, :month % 100), '+1 month')
			- julianday('2000-01-01') AS INTEGER) - 1 AS last_on)),
k AS (SELECT school FROM school_known WHERE coalesce(:school, 0) = 0
	UNION SELECT :school WHERE :school > 0),
held AS (SELECT s.* FROM k CROSS JOIN session s ON s.school = k.school
		AND s.date BETWEEN (SELECT from_on FROM span) AND (SELECT last_on FROM span)
	WHERE s.begin_min < s.end_min AND EXISTS (SELECT 1 FROM attendance a
		WHERE a.school = s.school AND a.date = s.date AND a.slot = s.slot
		AND a.site = s.site AND a.grp = s.grp)),
turn AS (SELECT s.school, s.date, s.slot, s.site, s.grp, 0 AS no, s.staff, s.kind, s.policy,
		s.at, s.begin_min AS from_min, s.end_min, 0 AS emergency FROM held s
	UNION ALL
	SELECT s.school, s.date, s.slot, s.site, s.grp, h.no, h.to_staff, s.kind, s.policy,
		max(s.at, h.at), max(s.begin_min, min(s.end_min,
			h.at / 60000 - (h.date + 10957) * 1440 + 480)), s.end_min, h.kind = 3
	FROM held s JOIN handover h ON h.school = s.school AND h.date = s.date
		AND h.slot = s.slot AND h.site = s.site AND h.grp = s.grp
	WHERE h.to_staff IS NOT NULL),
watch AS (SELECT t.*, lead(t.from_min, 1, t.end_min) OVER (PARTITION BY t.school, t.date,
		t.slot, t.site, t.grp ORDER BY t.no) AS to_min FROM turn t),
duty AS (SELECT w.school, w.date, w.slot, w.site, w.grp, w.staff,
		(max(w.kind) IS NOT NULL) + 1 AS role, min(w.from_min) AS begin_min,
		sum(max(0, w.to_min - w.from_min)) AS minutes, 1 AS sessions,
		coalesce(w.policy, 0) AS policy, max(w.at) AS at, max(w.emergency) AS emergency,
		0 AS entry
	FROM watch w WHERE w.staff IS NOT NULL
	GROUP BY w.school, w.date, w.slot, w.site, w.grp, w.staff
	UNION ALL
	SELECT e.school, e.date, e.slot, e.site, e.grp, e.person, e.role, e.begin_min, e.minutes,
		e.sessions, 0, e.at, e.emergency, e.entry
	FROM k CROSS JOIN duty_entry e ON e.school = k.school
	WHERE e.date BETWEEN (SELECT from_on FROM span) AND (SELECT last_on FROM span)),
dated AS (SELECT d.school, d.date, d.slot, d.site, d.grp, d.staff, d.role, d.begin_min,
		d.minutes, d.sessions, d.at, d.emergency, d.entry, t.class, n.kind AS person,
		n.name, n.number, n.checked_on IS NOT NULL AND n.checked_on <= d.date AS checked,
		n.barred = 1 AND n.barred_on <= d.date AS barred,
		CASE WHEN d.policy > 0 THEN d.policy ELSE (SELECT p.version FROM policy_span p
			WHERE p.from_on <= d.date AND p.until_on > d.date) END AS version,
		CAST(strftime('%Y%m', '2000-01-01', d.date || ' days') AS INTEGER) AS own_month,
		CAST(strftime('%Y%m', d.at / 1000 + 28800, 'unixepoch') AS INTEGER) AS at_month,
		CAST(strftime('%Y%m', d.at / 1000 + 28800, 'unixepoch', 'start of month', '-1 day')
			AS INTEGER) AS before_month,
		CAST(strftime('%s', d.at / 1000 + 28800, 'unixepoch', 'start of month') AS INTEGER)
			- 28800 AS month_s
	FROM duty d
	LEFT JOIN site t ON t.school = d.school AND t.site = d.site
	LEFT JOIN standing n ON n.school = d.school AND n.staff = d.staff),
paid AS (SELECT d.*, max(d.own_month, CASE
		WHEN d.at <= coalesce((SELECT c.at FROM statement_step c WHERE c.school = d.school
				AND c.month = d.before_month AND c.step = 1), 1 << 62)
			AND d.at < (d.month_s + 86400 * coalesce((SELECT CAST(v.value AS INTEGER)
				FROM setting_of v WHERE v.school = d.school AND v.site = d.site
				AND v.version = d.version AND v.name = 'cutoff_day'), 5)) * 1000
			THEN d.before_month
		ELSE d.at_month END) AS month FROM dated d),
worth AS (SELECT p.*, r.unit, r.unit_min, r.fen AS rate,
		max((r.school <> 0) * 8000000 + (r.class <> 0) * 4000000 + (r.person <> 0) * 2000000
			+ (r.role <> 0) * 1000000 - r.no) AS narrow,
		p.checked = 1 AND (p.barred = 0 OR p.emergency = 1) AS pays,
		CASE WHEN r.fen IS NULL OR p.checked = 0 OR p.barred = 1 AND p.emergency = 0 THEN 0
			WHEN r.unit = 3 THEN p.sessions * r.fen
			WHEN p.minutes < 0
			THEN -((-p.minutes * r.fen * 2 + r.unit_min) / (2 * r.unit_min))
			ELSE (p.minutes * r.fen * 2 + r.unit_min) / (2 * r.unit_min) END AS fen
	FROM paid p
	LEFT JOIN policy_rate r ON r.version = p.version AND r.role IN (0, p.role)
		AND r.class IN (0, p.class) AND r.person IN (0, p.person)
		AND r.school IN (0, p.school)
	WHERE p.month = :month
	GROUP BY p.school, p.date, p.slot, p.site, p.grp, p.staff, p.entry),
cap AS (SELECT v.school, v.version, CAST(v.value AS INTEGER) AS fen FROM setting_of v
	WHERE v.name = 'cap_month_fen' AND v.site = 0),
line AS (SELECT w.school, w.staff, max(w.name) AS name, max(w.person) AS person,
		max(w.number) AS number, sum(w.minutes) AS minutes, sum(w.sessions) AS sessions,
		sum(CASE WHEN w.pays = 1 THEN 0 ELSE w.minutes END) AS unpaid_minutes,
		sum(w.own_month < :month) AS late, sum(w.entry <> 0) AS entries,
		sum(w.fen) AS before_cap, c.fen AS cap,
		min(sum(w.fen), coalesce(nullif(c.fen, 0), 1 << 62)) AS fen
	FROM worth w
	LEFT JOIN cap c ON c.school = w.school AND c.version = (SELECT p.version
		FROM policy_span p WHERE p.from_on <= (SELECT last_on FROM span)
		AND p.until_on > (SELECT last_on FROM span))
	GROUP BY w.school, w.staff)
