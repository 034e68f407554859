-- about: Which pages appear with the phase of the school (of its sites the furthest): 1 care, roll call, leaving, closing and nothing else asked; 2 all who want; 3 activities.
-- about_zh: 页面和阶段：哪些页面在第几阶段出现。
-- roles: teacher head guard clerk lead auditor
-- params:
-- requires: R5
SELECT p.column1 AS page, p.column2 AS phase, s.phase >= p.column2 AS shown
FROM (VALUES ('today', 1), ('roll', 1), ('leave', 1), ('hand', 1), ('late', 1), ('incident', 1),
	('exchange', 1), ('outbox', 1), ('pupils', 1), ('consent', 1), ('people', 1), ('notices', 1),
	('policy', 1), ('help', 1), ('statement', 2), ('places', 2), ('noon', 2), ('safety', 2),
	('opinions', 2), ('evaluation', 2), ('plan', 3), ('activities', 3), ('groups', 3),
	('satisfaction', 3), ('practices', 3)) p,
	(SELECT coalesce(max(t.phase), 1) AS phase FROM site t
		WHERE t.school = :school AND t.closed_on IS NULL) s
ORDER BY p.column2, p.column1;
