-- about: How long each kind of record is kept by the plan in force (on a day), from when, and whether kehou retention ends it.
-- about_zh: 记录保存多久：各类从什么时候算起，到期由 kehou retention 结束的是哪些。
-- roles: teacher head guard clerk lead auditor
-- params: on:d?
-- requires: R18
-- include retention_keep
SELECT 'keep_sessions' AS what,
	code, days, 'from_school_year' AS since, 'N4.3' AS why, 1 AS ends FROM keep WHERE code = 1
UNION ALL
SELECT 'keep_children', code, days,
	'from_last_year_here', 'N2.2 R19', 1 FROM keep WHERE code = 2
UNION ALL
SELECT column1, NULL, column2, column3, column4, 0 FROM (VALUES
	('keep_identity', 365, 'from_left', 'R19 PIPL 47'),
	('keep_incidents', 3650, 'from_closed', 'N4.3'),
	('keep_safety', 1095, 'from_school_year', 'N4.3'),
	('keep_opinions', 1095, 'from_answered', 'N4.4'),
	('keep_money', 3650, 'from_accounts', 'N4.2'),
	('keep_people', 1095, 'from_service', 'N3.5'),
	('keep_access', 1095, 'from_look', 'PIPL 51'));
