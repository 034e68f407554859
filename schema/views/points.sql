-- about: The schools under a central school month by month, in numbers: children, sessions, roll calls, closings, incidents, open hazards, what was signed, the newest day.
-- about_zh: 下属学校：逐月的学生、场次、点名、清场、事件、隐患、补助、记录到哪天。
-- roles: head clerk lead auditor
-- params: month:i?
-- requires: R5
SELECT p.school, p.of_school, p.name, p.month, p.children, p.sessions, p.called, p.closed, p.here,
	p.incidents, p.hazards, p.fen, b.state AS bureau, f.state AS finance,
	date('2000-01-01', p.last_on || ' days') AS last_on,
	strftime('%Y-%m-%d %H:%M', p.at / 1000 + 28800, 'unixepoch') AS at
FROM point_month p
LEFT JOIN county_step b ON b.of_school = p.of_school AND b.month = p.month AND b.step = 4
LEFT JOIN county_step f ON f.of_school = p.of_school AND f.month = p.month AND f.step = 5
WHERE (:school IS NULL OR p.school = :school) AND (:month IS NULL OR p.month = :month)
ORDER BY p.school, p.month DESC, p.of_school LIMIT 2000;
