-- about: What a version of the plan changes against the one before, and whether the school has confirmed it.
-- about_zh: 某版方案与上一版的不同，以及学校是否已签收。
-- roles: teacher head guard clerk lead auditor
-- params: version:i
-- requires: R2
SELECT 'window' AS part, n.no, n.class, n.slot, strftime('%H:%M', n.begin_min * 60, 'unixepoch') || '-' || strftime('%H:%M', n.end_min * 60, 'unixepoch') AS value,
	EXISTS (SELECT 1 FROM policy_read r WHERE r.version = :version AND r.school = :school) AS confirmed
FROM policy_window n WHERE n.version = :version AND NOT EXISTS (SELECT 1 FROM policy_window o
	WHERE o.version = (SELECT max(version) FROM policy WHERE version < :version AND withdrawn = 0)
	AND o.class = n.class AND o.kind = n.kind AND o.school = n.school AND o.site = n.site
	AND o.slot = n.slot AND o.from_md = n.from_md AND o.until_md = n.until_md
	AND o.begin_min = n.begin_min AND o.end_min = n.end_min)
UNION ALL
SELECT 'setting', n.no, n.class, NULL, n.name || ' = ' || n.value, EXISTS (SELECT 1
	FROM policy_read r WHERE r.version = :version AND r.school = :school)
FROM policy_setting n WHERE n.version = :version AND NOT EXISTS (SELECT 1 FROM policy_setting o
	WHERE o.version = (SELECT max(version) FROM policy WHERE version < :version AND withdrawn = 0)
	AND o.name = n.name AND o.class = n.class AND o.kind = n.kind AND o.school = n.school
	AND o.site = n.site AND o.value = n.value)
UNION ALL
SELECT 'rate', n.no, n.class, NULL, n.fen, EXISTS (SELECT 1 FROM policy_read r
	WHERE r.version = :version AND r.school = :school)
FROM policy_rate n WHERE n.version = :version AND NOT EXISTS (SELECT 1 FROM policy_rate o
	WHERE o.version = (SELECT max(version) FROM policy WHERE version < :version AND withdrawn = 0)
	AND o.role = n.role AND o.class = n.class AND o.person = n.person AND o.school = n.school
	AND o.unit = n.unit AND o.unit_min = n.unit_min AND o.fen = n.fen)
ORDER BY 1, 2;
