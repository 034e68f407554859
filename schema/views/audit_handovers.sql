-- about: For auditors: handovers of the sessions of audit_sessions.
-- about_zh: 审计·交接：相应各场的。
-- roles: head clerk lead auditor
-- params: month:i
-- requires: R11
-- ask: school
-- include duty
SELECT h.school, date('2000-01-01', h.date || ' days') AS date, h.slot, h.site, h.grp, h.no, h.to_staff, h.kind, h.at AS at_ms
FROM k CROSS JOIN handover h ON h.school = k.school
	AND h.date BETWEEN (SELECT from_on FROM span) AND (SELECT last_on FROM span)
ORDER BY h.school, h.date, h.slot, h.site, h.grp, h.no;
