-- about: Adds to an incident the meal or water that it is about: batch, sample kept, meals stopped.
-- about_zh: 补充餐食、饮水：哪天吃的、批次、是否留样、是否停餐。
-- roles: teacher head guard
-- params: incident:i meal_on:d batch:t? sample_kept:b? stopped:b? water:b?
-- scope: school
-- lane: urgent
-- audit: batch sample_kept stopped
-- requires: R13 R21
SELECT refuse('R13.no_incident', :incident)
WHERE NOT EXISTS (SELECT 1 FROM incident WHERE school = :school AND incident = :incident
	AND (past_head = 0 OR :hub OR by_staff = :staff));
INSERT INTO incident_food (school, incident, food, meal_on, batch, sample_kept, stopped_at,
	water, at, by_staff)
VALUES (:school, :incident, :new_id, :meal_on, :batch, :sample_kept,
	CASE WHEN :stopped THEN now_ms() END, coalesce(:water, 0), now_ms(), :staff);
SELECT food, batch FROM incident_food
WHERE school = :school AND incident = :incident AND food = :new_id;
