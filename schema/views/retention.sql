-- about: How long each kind of record is kept, from when, and why.
-- about_zh: 各类记录保存多久、从何时起、依据。
-- roles: teacher head guard clerk lead auditor
-- params:
-- requires: R18
SELECT column1 AS what, column2 AS years, column3 AS since, column4 AS why FROM (VALUES
	('name, birth, student_no of a child', 1, 'the child has left', 'R19'),
	('address, health, allergy, phone', 0, 'the child has left', 'PIPL 47'),
	('consent, data_consent', 3, 'end of the school year', 'N2.2'),
	('attendance, leaving, handover, closing', 3, 'end of the school year', 'N4.3'),
	('incident and what was added', 10, 'closed', 'N4.3'),
	('inspection, hazard, training, pledge', 3, 'end of the school year', 'N4.3'),
	('meal and sample', 2, 'end of the school year', 'N4.3'),
	('opinion, complaint and answer', 3, 'answered', 'N4.4'),
	('access log', 3, 'the look', 'PIPL 51'));
