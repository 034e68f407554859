-- about: Two records that disagree: the value that is shown and the one that lost, for a person to choose.
-- about_zh: 两份记录不一致：显示的和另一份，由人选择。
-- roles: teacher head clerk
-- params:
-- requires: R18
SELECT i.id, i.scope AS school, i.tbl AS table_id, i.col AS column_id, i.key AS row_key,
	i.winner AS shown, i.loser AS other,
	strftime('%Y-%m-%d %H:%M:%S', (i.winner_stamp >> 8) + 946713600, 'unixepoch') AS shown_at,
	strftime('%Y-%m-%d %H:%M:%S', (i.loser_stamp >> 8) + 946713600, 'unixepoch') AS other_at
FROM kehou_inbox i WHERE :school IS NULL OR i.scope IN (0, :school)
ORDER BY i.id LIMIT 1000;
