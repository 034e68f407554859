-- about: For auditors: from when until when each version of the plan holds; the month is not looked at.
-- about_zh: 审计·方案：各版从哪天到哪天。
-- roles: head clerk lead auditor
-- params: month:i
-- requires: R11
SELECT version, date('2000-01-01', from_on || ' days') AS from_on,
	CASE WHEN until_on < 1 << 30 THEN date('2000-01-01', until_on || ' days') END AS until_on
FROM policy_span WHERE :month IS NOT NULL AND until_on > from_on ORDER BY version;
