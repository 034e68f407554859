-- What a version of the plan says, line by line, to be compared with another version.
CREATE VIEW policy_line AS
SELECT version, 'term' AS part, no, NULL AS class, NULL AS slot, NULL AS place,
	date('2000-01-01', from_on || ' days') || ' … ' || date('2000-01-01', until_on || ' days') AS value
FROM policy_term
UNION ALL SELECT version, 'day', day, NULL, NULL, CASE kind WHEN 1 THEN 'school' ELSE 'closed' END,
	date('2000-01-01', day || ' days') || ' ' || coalesce(name, '') FROM policy_day
UNION ALL SELECT version, 'window', no, class, slot, printf('%02d-%02d … %02d-%02d', from_md / 100,
		from_md % 100, until_md / 100, until_md % 100) || CASE WHEN kind THEN ' kind ' || kind ELSE '' END
		|| CASE WHEN school THEN ' ' || school || CASE WHEN site >= 0 THEN '-' || site ELSE '' END
			ELSE '' END,
	printf('%02d:%02d-%02d:%02d', begin_min / 60, begin_min % 60, end_min / 60, end_min % 60)
FROM policy_window
UNION ALL SELECT version, 'setting', no, class, NULL, CASE WHEN kind THEN 'kind ' || kind ELSE '' END
		|| CASE WHEN school THEN ' ' || school || CASE WHEN site >= 0 THEN '-' || site ELSE '' END
			ELSE '' END, name || ' = ' || value FROM policy_setting
UNION ALL SELECT version, 'rate', no, class, NULL, CASE role WHEN 0 THEN '' ELSE 'role ' || role END
		|| CASE WHEN person THEN ' person ' || person ELSE '' END
		|| CASE WHEN school THEN ' ' || school ELSE '' END,
	fen || ' / ' || CASE unit WHEN 3 THEN 'session' ELSE unit_min || ' min' END FROM policy_rate
UNION ALL SELECT version, CASE list WHEN 1 THEN 'activity' WHEN 2 THEN 'indicator' WHEN 3 THEN 'phase'
		ELSE 'retention' END, code, NULL, NULL, CAST(quantity AS TEXT),
	title || coalesce(': ' || body, '') FROM policy_entry
UNION ALL SELECT version, 'emergency_plan', kind, NULL, NULL, title, body FROM emergency_plan;

-- School days of the calendar of each version that is or was in force.
CREATE VIEW school_day AS
WITH RECURSIVE d (day) AS (SELECT min(from_on) FROM policy_term
	UNION ALL SELECT day + 1 FROM d WHERE day < (SELECT max(until_on) FROM policy_term))
SELECT p.version, d.day FROM policy_span p JOIN d ON d.day >= p.from_on AND d.day < p.until_on
LEFT JOIN policy_day y ON y.version = p.version AND y.day = d.day
WHERE coalesce(y.kind = 1, (d.day + 5) % 7 < 5 AND EXISTS (SELECT 1 FROM policy_term t
	WHERE t.version = p.version AND d.day BETWEEN t.from_on AND t.until_on));
