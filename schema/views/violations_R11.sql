-- about: Statements that no longer add up, hours at two places at once, several sessions entered in one second, duty recorded too late, statements paid and never posted, money over the allocation or for another purpose.
-- about_zh: 请核对·补助和经费：和明细不符；同一时间在两处；一秒里登记几场；记得太晚；拨了没公示；超支或用途不对。
-- roles: head clerk lead auditor
-- params: month:i?
-- requires: R11
-- over: money_checks
WITH c AS MATERIALIZED (SELECT json_extract(value, '$.school') AS school, json_extract(value, '$.date') AS date,
		CAST(json_extract(value, '$.staff') AS INTEGER) AS staff, json_extract(value, '$.what') AS what,
		json_extract(value, '$.number') AS number, json_extract(value, '$.spans') AS spans
	FROM json_each(:over)),
twice AS (SELECT number FROM c WHERE number IS NOT NULL GROUP BY number
	HAVING count(DISTINCT school) > 1),
watch AS MATERIALIZED (SELECT c.school, c.staff, c.number, json_extract(s.value, '$[0]') AS date,
		json_extract(s.value, '$[1]') AS slot, json_extract(s.value, '$[2]') AS from_min,
		json_extract(s.value, '$[2]') + json_extract(s.value, '$[3]') AS to_min
	FROM c, json_each(c.spans) s WHERE c.number IN (SELECT number FROM twice))
SELECT school, date, staff, NULL AS other_school, what FROM c WHERE what <> 'on_duty'
UNION ALL
SELECT a.school, date('2000-01-01', a.date || ' days'), a.staff, b.school, 'overlap'
FROM watch a JOIN watch b ON b.number = a.number AND b.date = a.date AND b.slot = a.slot
	AND b.school > a.school AND a.from_min < b.to_min AND b.from_min < a.to_min
UNION ALL
SELECT NULL, z.year || '-12-31', NULL, NULL, 'over_budget' FROM county_ledger z
GROUP BY z.year HAVING sum(CASE z.kind WHEN 2 THEN z.fen ELSE 0 END)
	> sum(CASE z.kind WHEN 1 THEN z.fen ELSE 0 END)
ORDER BY 1, 2, 3;
