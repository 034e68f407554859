-- about: A month by urban-rural class, without names, for the city; classes with fewer than ten children are not shown.
-- about_zh: 按城乡分类的月度汇总，不含姓名，供上报；不足十人的不显示。
-- roles: clerk lead auditor
-- params: month:i
-- requires: R17 R11
-- include duty
, day AS (SELECT s.school, count(*) AS sessions, sum(s.end_min - s.begin_min) AS minutes,
		sum((SELECT count(*) FROM attendance a WHERE a.school = s.school AND a.date = s.date
			AND a.slot = s.slot AND a.site = s.site AND a.grp = s.grp AND a.state = 1)) AS came,
		sum((s.end_min - s.begin_min) * (SELECT count(*) FROM attendance a WHERE a.school = s.school
			AND a.date = s.date AND a.slot = s.slot AND a.site = s.site AND a.grp = s.grp
			AND a.state = 1)) AS child_minutes
	FROM held s WHERE s.date >= (SELECT first_on FROM span) GROUP BY s.school),
c AS (SELECT k.school, (SELECT count(*) FROM child p WHERE p.school = k.school
		AND p.until_on = 1 << 30) AS children FROM k)
SELECT :month AS month, t.class AS site_class, count(*) AS schools,
	CASE WHEN sum(c.children) >= 10 THEN sum(c.children) END AS children,
	CASE WHEN sum(c.children) >= 10 THEN sum(d.sessions) END AS sessions,
	CASE WHEN sum(c.children) >= 10 THEN sum(d.child_minutes) / 60 / sum(c.children) END AS hours_per_child,
	CASE WHEN sum(c.children) >= 10 THEN sum(m.fen) / sum(c.children) END AS fen_per_child,
	CASE WHEN sum(c.children) >= 10 THEN sum(m.people) END AS people
FROM c JOIN site t ON t.school = c.school AND t.site = 0
LEFT JOIN day d ON d.school = c.school
LEFT JOIN (SELECT school, sum(fen) AS fen, count(*) AS people FROM line GROUP BY school) m
	ON m.school = c.school
GROUP BY t.class ORDER BY t.class;
