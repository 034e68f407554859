-- about: How long each kind of record is kept by the plan in force (on a day), from when, and whether kehou retention ends it.
-- about_zh: 按现行方案（或某日的方案）各类记录保存多久、从何时起算、是否由 kehou retention 终止。
-- roles: teacher head guard clerk lead auditor
-- params: on:d?
-- requires: R18
-- include retention_keep
SELECT 'sessions, roll call, leaving, handover, closing, meals, plan of the week' AS what,
	code, days, 'end of the school year' AS since, 'N4.3' AS why, 1 AS ends FROM keep WHERE code = 1
UNION ALL
SELECT 'children, guardians, collectors, enrolment, consents', code, days,
	'end of the last school year here', 'N2.2 R19', 1 FROM keep WHERE code = 2
UNION ALL
SELECT column1, NULL, column2, column3, column4, 0 FROM (VALUES
	('name and private facts of a child who left (pupil.erase)', 365, 'the child has left', 'R19 PIPL 47'),
	('incidents and what was added', 3650, 'closed', 'N4.3'),
	('inspections, hazards, training, pledges', 1095, 'end of the school year', 'N4.3'),
	('opinions, complaints and answers', 1095, 'answered', 'N4.4'),
	('statements, duty entries, ledger, spending', 3650, 'end of the accounting year', 'N4.2'),
	('people who served', 1095, 'end of service', 'N3.5'),
	('access log', 1095, 'the look', 'PIPL 51'));
