-- about: Town and country side by side in a month, by class: hours, staff ratio, money, incidents, since when records are missing.  Coverage by group is the view coverage; classes with fewer than ten children are not shown.
-- about_zh: 城乡对照：当月的时长、师生比、经费、事件、记录缺到哪天；不足十人的不显示。
-- roles: clerk lead auditor
-- params: month:i
-- requires: R17
-- over: month_sites
-- include site_month_over
-- include class_month
SELECT CASE side WHEN 1 THEN 'town' ELSE 'country' END AS side, site_class, schools, sites,
	CASE WHEN children >= 10 THEN children END AS children,
	CASE WHEN children >= 10 THEN sessions END AS sessions,
	CASE WHEN children >= 10 THEN child_minutes / 60 / children END AS hours_per_child,
	CASE WHEN children >= 10 THEN children / nullif(people, 0) END AS children_per_adult,
	CASE WHEN children >= 10 THEN fen / children END AS fen_per_child,
	CASE WHEN children >= 10 THEN people END AS people,
	CASE WHEN children >= 10 THEN incidents END AS incidents,
	nullif(date('2000-01-01', nullif(oldest_on, 0) || ' days'), '') AS oldest_record, without_records
FROM class_month ORDER BY site_class;
