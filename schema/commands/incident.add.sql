-- about: Adds to an incident: guardian informed (1), a call with the number that was dialled (2), a measure (3), a finding (4), closed (5), reported to the authority (6).
-- about_zh: 补充事件：通知了监护人、打了电话、采取措施、查明情况、结案、报了主管部门。
-- roles: teacher head guard
-- params: incident:i kind:i text:t date:d? time:m? number:t?
-- scope: school
-- lane: urgent
-- audit: kind number
-- requires: R13
SELECT refuse('R13.no_incident', :incident)
WHERE NOT EXISTS (SELECT 1 FROM incident WHERE school = :school AND incident = :incident
	AND (past_head = 0 OR :hub OR by_staff = :staff));
SELECT refuse('R13.note_kind', :kind) WHERE :kind NOT BETWEEN 1 AND 6;
INSERT INTO incident_note (school, incident, note, pupil, kind, text, happened_at, at,
	by_staff, number)
SELECT school, incident, :new_id, pupil, :kind, :text,
	coalesce(((:date + 10957) * 1440 + coalesce(:time, 720) - 480) * 60000, now_ms()),
	now_ms(), :staff, :number
FROM incident WHERE school = :school AND incident = :incident;
SELECT incident, note, kind FROM incident_note
WHERE school = :school AND incident = :incident AND note = :new_id;
