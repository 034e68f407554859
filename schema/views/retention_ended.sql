-- about: What has ended here by the county's checkpoints: when, before which day, how many records, and how many came only afterwards and were not taken.
-- about_zh: 已经结束保存的记录：哪天、早于哪天的、多少条，后来才到、没有收的多少条。
-- roles: head clerk lead auditor
-- params:
-- requires: R18
SELECT scope AS school, number, date(max(at_s) + 28800, 'unixepoch') AS ended_on,
	date('2000-01-01', max(CASE WHEN tbl = 30 THEN below END) || ' days') AS before_day,
	sum(CASE WHEN tbl > 0 THEN rows ELSE 0 END) AS records,
	sum(CASE WHEN tbl = 0 THEN rows ELSE 0 END) AS came_late
FROM kehou_ended WHERE :school IS NULL OR scope = :school
GROUP BY scope, number ORDER BY scope, number;
