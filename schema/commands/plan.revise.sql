-- about: The school revises its emergency plan of a kind, after an incident or a drill.
-- about_zh: 修订应急预案：学校在哪次事件或演练以后改的。
-- roles: head
-- params: kind:i on:d body:t incident:i? training:i?
-- scope: school
-- requires: R14
SELECT refuse('R13.kind', :kind) WHERE :kind NOT IN (1, 2, 3, 4, 5, 6, 9);
SELECT refuse('R13.no_incident', :incident) WHERE :incident IS NOT NULL AND NOT EXISTS (
	SELECT 1 FROM incident WHERE school = :school AND incident = :incident
	AND (past_head = 0 OR by_staff = :staff));
SELECT refuse('R14.no_training', :training) WHERE :training IS NOT NULL AND NOT EXISTS (
	SELECT 1 FROM training WHERE school = :school AND training = :training);
INSERT INTO plan_revision (school, kind, revision, revised_on, body, incident, training,
	by_staff)
VALUES (:school, :kind, :new_id, :on, :body, :incident, :training, :staff);
SELECT kind, revision FROM plan_revision
WHERE school = :school AND kind = :kind AND revision = :new_id;
