-- about: For auditors: sessions that a month's duty may come from, 92 days back, with the number of marks.
-- about_zh: 审计·场次：可能算进当月的（含以前 92 天）和点名人数。
-- roles: head clerk lead auditor
-- params: month:i
-- requires: R11
-- ask: school
-- include duty
SELECT s.school, date('2000-01-01', s.date || ' days') AS date, s.slot, s.site, s.grp, s.staff, s.kind, s.policy, s.at AS at_ms,
	s.begin_min AS begins, s.end_min AS ends, (SELECT count(*) FROM attendance a
		WHERE a.school = s.school AND a.date = s.date AND a.slot = s.slot
		AND a.site = s.site AND a.grp = s.grp) AS marks
FROM k CROSS JOIN session s ON s.school = k.school
	AND s.date BETWEEN (SELECT from_on FROM span) AND (SELECT last_on FROM span)
ORDER BY s.school, s.date, s.slot, s.site, s.grp;
