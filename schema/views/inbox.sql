-- about: Two records that disagree: the value that is shown and the one that lost, for a person to choose.  Each table is shown to whom its own view is shown; what is about an incident, by the county alone.
-- about_zh: 两份记录不一致：显示的和另一份，由人选择。能看哪类记录的人才看得到；突发事件的由县里处理。
-- roles: teacher head clerk
-- params:
-- sensitive: name birth student_no address health allergy phone
-- requires: R18
SELECT i.id, i.scope AS school, i.tbl AS table_id, i.col AS column_id, i.key AS row_key,
	i.winner AS shown, i.loser AS other,
	strftime('%Y-%m-%d %H:%M:%S', (i.winner_stamp >> 8) + 946713600, 'unixepoch') AS shown_at,
	strftime('%Y-%m-%d %H:%M:%S', (i.loser_stamp >> 8) + 946713600, 'unixepoch') AS other_at
FROM kehou_inbox i WHERE (:school IS NULL OR i.scope IN (0, :school))
	AND (:hub OR i.tbl NOT IN (40, 41, 76, 77))
	-- Roles of the views: 1 teacher 2 head 8 clerk.
	AND :user_roles & CASE WHEN i.tbl IN (13, 14, 16, 18, 90, 95, 97) THEN 3
		WHEN i.tbl = 58 THEN 2
		WHEN i.tbl IN (63, 64, 65, 66, 67, 69, 84, 100, 110) THEN 10 ELSE 11 END
ORDER BY i.id LIMIT 1000;
