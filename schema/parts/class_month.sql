-- Figures of the month by urban-rural class of the site, as the table class_month: behind
-- site_month.
, class_month AS (SELECT class AS site_class, side, count(DISTINCT school) AS schools,
		count(*) AS sites, sum(children) AS children, sum(sessions) AS sessions,
		sum(marks) AS marks, sum(child_minutes) AS child_minutes, sum(people) AS people,
		sum(fen) AS fen, sum(incidents) AS incidents, min(coalesce(last_on, 0)) AS oldest_on,
		sum(last_on IS NULL) AS without_records
	FROM site_month GROUP BY class)
