-- about: Sessions on days without school, or outside the window of season and class, the narrowest line of the plan.
-- about_zh: 请核对·时间：不是上课日的，或超出规定时间的场次。
-- roles: teacher head clerk lead auditor
-- params: from_on:d? until_on:d?
-- requires: R7
-- each: school
SELECT s.school, date('2000-01-01', s.date || ' days') AS date, s.slot, s.site, s.grp, s.reason,
	CASE WHEN s.begin_min IS NULL THEN 'no_window' ELSE 'outside_window' END AS what
FROM (SELECT :school AS school) k
CROSS JOIN session s ON s.school = k.school
	AND s.date BETWEEN coalesce(:from_on, 0) AND coalesce(:until_on, 1 << 30)
LEFT JOIN site t ON t.school = s.school AND t.site = s.site
WHERE coalesce((SELECT s.begin_min >= w.begin_min AND s.end_min <= w.end_min
	FROM policy_window w WHERE w.version = s.policy
	AND w.slot = s.slot AND w.class IN (0, t.class) AND w.kind IN (0, t.kind)
	AND w.school IN (0, s.school) AND w.site IN (-1, s.site)
	AND CASE WHEN w.from_md <= w.until_md
		THEN CAST(strftime('%m%d', '2000-01-01', s.date || ' days') AS INTEGER) BETWEEN w.from_md AND w.until_md
		ELSE CAST(strftime('%m%d', '2000-01-01', s.date || ' days') AS INTEGER) >= w.from_md OR CAST(strftime('%m%d', '2000-01-01', s.date || ' days') AS INTEGER) <= w.until_md END
	ORDER BY w.school > 0 DESC, w.site >= 0 DESC, w.class > 0 DESC, w.kind > 0 DESC, w.no
	LIMIT 1), 0) = 0
UNION ALL
SELECT s.school, date('2000-01-01', s.date || ' days'), s.slot, s.site, s.grp, s.reason, 'no_school_day'
FROM (SELECT :school AS school) k
CROSS JOIN session s ON s.school = k.school
	AND s.date BETWEEN coalesce(:from_on, 0) AND coalesce(:until_on, 1 << 30)
LEFT JOIN policy_day y ON y.version = s.policy AND y.day = s.date
WHERE (y.kind = 2 OR y.kind IS NULL
	AND (strftime('%w', '2000-01-01', s.date || ' days') IN ('0', '6')
		OR EXISTS (SELECT 1 FROM policy_term x WHERE x.version = s.policy)
		AND NOT EXISTS (SELECT 1 FROM policy_term x WHERE x.version = s.policy
			AND s.date BETWEEN x.from_on AND x.until_on)))
ORDER BY 1, 2, 3, 4, 5;
