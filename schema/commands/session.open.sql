-- about: Opens a session, or says more of one: activity, times, why it differs from the plan.
-- about_zh: 开始一场，或补充说明：活动、时间、与方案不同的原因。
-- roles: teacher head guard
-- params: date:d slot:i site:i? grp:i? begin:m? end:m? activity:t? reason:t?
-- scope: school
-- requires: R1 R2 R7
SELECT refuse('R7.slot', :slot) WHERE :slot NOT IN (1, 2);
INSERT INTO session (school, date, slot, site, grp, staff, at, policy, begin_min, end_min, activity, reason)
SELECT :school, :date, :slot, coalesce(:site, 0), coalesce(:grp, 0), :staff, now_ms(),
	p.version, coalesce(:begin, w.begin_min), coalesce(:end, w.end_min), :activity, :reason
FROM (SELECT 1)
LEFT JOIN (SELECT version FROM policy WHERE from_on <= :date AND withdrawn = 0
	ORDER BY from_on DESC, version DESC LIMIT 1) p
LEFT JOIN site s ON s.school = :school AND s.site = coalesce(:site, 0)
LEFT JOIN policy_window w ON w.version = p.version AND w.slot = :slot
	AND w.class IN (0, s.class)
	AND CASE WHEN w.from_md <= w.until_md
		THEN CAST(strftime('%m%d', '2000-01-01', :date || ' days') AS INTEGER)
			BETWEEN w.from_md AND w.until_md
		ELSE CAST(strftime('%m%d', '2000-01-01', :date || ' days') AS INTEGER) >= w.from_md
			OR CAST(strftime('%m%d', '2000-01-01', :date || ' days') AS INTEGER) <= w.until_md
	END
WHERE true ORDER BY w.class DESC, w.no LIMIT 1
ON CONFLICT DO UPDATE SET
	begin_min = coalesce(:begin, begin_min), end_min = coalesce(:end, end_min),
	activity = coalesce(:activity, activity), reason = coalesce(:reason, reason)
	WHERE coalesce(:begin, :end, :activity, :reason) IS NOT NULL;
SELECT date('2000-01-01', date || ' days') AS date, slot, site, grp, policy,
	strftime('%H:%M', begin_min * 60, 'unixepoch') AS begin,
	strftime('%H:%M', end_min * 60, 'unixepoch') AS end
FROM session WHERE school = :school AND date = :date AND slot = :slot
	AND site = coalesce(:site, 0) AND grp = coalesce(:grp, 0);
