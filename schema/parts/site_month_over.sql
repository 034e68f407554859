-- The table site_month out of the rows of the view month_sites.
WITH site_month AS (SELECT json_extract(value, '$.school') AS school, json_extract(value, '$.class') AS class,
		json_extract(value, '$.side') AS side, json_extract(value, '$.children') AS children,
		json_extract(value, '$.sessions') AS sessions, json_extract(value, '$.marks') AS marks,
		json_extract(value, '$.child_minutes') AS child_minutes,
		json_extract(value, '$.people') AS people, json_extract(value, '$.fen') AS fen,
		json_extract(value, '$.incidents') AS incidents, json_extract(value, '$.last_on') AS last_on
	FROM json_each(:over))
