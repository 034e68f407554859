-- about: By urban-rural class of the sites and by group (0 all, 1 low grades, 2 migrant, 3 left-behind, 4 disabled): how many children, how many of 100 ask for the service and take part; groups of fewer than five are not shown.
-- about_zh: 各类孩子的参加情况：报名和参加的；不足五人的不显示。
-- roles: head clerk lead auditor
-- params:
-- requires: R17
-- over: coverage_school
SELECT site_class, group_kind, CASE WHEN children >= 5 THEN children END AS children,
	CASE WHEN children >= 5 THEN asked * 100 / children END AS asked_percent,
	CASE WHEN children >= 5 THEN takes_part * 100 / children END AS takes_part_percent
FROM (SELECT json_extract(value, '$.site_class') AS site_class,
		json_extract(value, '$.group_kind') AS group_kind,
		sum(json_extract(value, '$.children')) AS children,
		sum(json_extract(value, '$.asked')) AS asked,
		sum(json_extract(value, '$.takes_part')) AS takes_part
	FROM json_each(:over) GROUP BY 1, 2) ORDER BY 1, 2;
