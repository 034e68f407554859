-- about: What has ended here by the county's checkpoints: when, how many records, and how many came only afterwards.
-- about_zh: 按县中心的终止令在本机已终止保存的记录：时间、条数，以及之后才送到的条数。
-- roles: head clerk lead auditor
-- params:
-- requires: R18
SELECT scope AS school, number, date(max(at_s) + 28800, 'unixepoch') AS ended_on,
	sum(CASE WHEN tbl > 0 THEN rows ELSE 0 END) AS records,
	sum(CASE WHEN tbl = 0 THEN rows ELSE 0 END) AS came_late
FROM kehou_ended WHERE :school IS NULL OR scope = :school
GROUP BY scope, number ORDER BY scope, number;
