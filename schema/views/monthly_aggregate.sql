-- about: A month by urban-rural class of the sites, without names, for the city; classes with fewer than ten children are not shown.
-- about_zh: 月度汇总：按城乡分类，没有姓名，上报用；不足十人的不显示。
-- roles: clerk lead auditor
-- params: month:i
-- requires: R17 R11
-- over: month_sites
-- include site_month_over
-- include class_month
SELECT :month AS month, site_class, schools,
	CASE WHEN children >= 10 THEN children END AS children,
	CASE WHEN children >= 10 THEN sessions END AS sessions,
	CASE WHEN children >= 10 THEN child_minutes / 60 / children END AS hours_per_child,
	CASE WHEN children >= 10 THEN children / nullif(people, 0) END AS children_per_adult,
	CASE WHEN children >= 10 THEN fen / children END AS fen_per_child,
	CASE WHEN children >= 10 THEN people END AS people,
	CASE WHEN children >= 10 THEN incidents END AS incidents
FROM class_month ORDER BY site_class;
