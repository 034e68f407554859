-- about: For auditors: corrections of duty that may count for a month.
-- about_zh: 审计·课时更正：可能算进当月的。
-- roles: head clerk lead auditor
-- params: month:i
-- requires: R11
-- ask: school
-- include duty
SELECT e.school, e.entry, date('2000-01-01', e.date || ' days') AS date, e.slot, e.site, e.grp, e.person, e.role, e.minutes, e.sessions,
	e.emergency, e.reason, e.at AS at_ms
FROM k CROSS JOIN duty_entry e ON e.school = k.school
WHERE e.date BETWEEN (SELECT from_on FROM span) AND (SELECT last_on FROM span)
ORDER BY e.school, e.entry;
