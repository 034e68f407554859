-- about: Clusters of ill children by the county's limits (3 of a class or dormitory in a day, 5 in three days, shared food or water), and whether they were reported in time.
-- about_zh: 聚集性病例：一天同班或同宿舍几个、几天几个、同吃同喝，有没有按时上报。
-- roles: teacher head guard clerk lead auditor
-- params:
-- requires: R13
SELECT c.school, CASE c.unit WHEN 1 THEN 'class' WHEN 2 THEN 'dormitory' ELSE 'food' END
		AS unit, c.number, date('2000-01-01', c.from_on || ' days') AS from_on, c.days,
	c.children, strftime('%Y-%m-%d %H:%M:%S', c.due_at / 1000 + 28800, 'unixepoch') AS due_at,
	strftime('%Y-%m-%d %H:%M:%S', c.reported_at / 1000 + 28800, 'unixepoch') AS reported_at,
	CASE WHEN c.reported_at IS NULL THEN 'not_reported' WHEN c.reported_at > c.due_at
		THEN 'reported_late' ELSE 'reported' END AS state
FROM cluster c WHERE :school IS NULL OR c.school = :school
ORDER BY c.from_on DESC, c.school, c.unit, c.number, c.days;
