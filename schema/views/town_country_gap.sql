-- about: The gap between town and country over time, out of the monthly aggregates that the county has sent (aggregate.send): rates alone, no counts.
-- about_zh: 城乡差距的变化：按留存的月度汇总；只有比率，没有人数。
-- roles: clerk lead auditor
-- params: from_month:i until_month:i
-- requires: R17
WITH s AS (SELECT month, CASE WHEN site_class < 200 THEN 1 ELSE 2 END AS side,
		sum(child_minutes) * 1.0 / 60 / sum(children) AS hours, sum(children) * 1.0 / nullif(sum(people), 0) AS ratio,
		sum(fen) / sum(children) AS fen, sum(incidents) * 1000.0 / sum(children) AS incidents
	FROM county_month WHERE month BETWEEN :from_month AND :until_month AND children IS NOT NULL
	GROUP BY 1, 2)
SELECT m.month, CAST(round(t.hours) AS INTEGER) AS town_hours, CAST(round(c.hours) AS INTEGER) AS country_hours,
	CAST(round(t.hours) - round(c.hours) AS INTEGER) AS gap_hours,
	CAST(round(t.ratio) AS INTEGER) AS town_children_per_adult, CAST(round(c.ratio) AS INTEGER) AS country_children_per_adult,
	t.fen AS town_fen, c.fen AS country_fen, t.fen - c.fen AS gap_fen,
	CAST(round(t.incidents) AS INTEGER) AS town_incidents_per_1000,
	CAST(round(c.incidents) AS INTEGER) AS country_incidents_per_1000
FROM (SELECT DISTINCT month FROM s) m
LEFT JOIN s t ON t.month = m.month AND t.side = 1
LEFT JOIN s c ON c.month = m.month AND c.side = 2
ORDER BY m.month;
