-- about: Adds to an incident: guardian informed, a call, a measure, a finding, closed.
-- about_zh: 补充事件：已通知监护人、打电话、措施、结论、结案。
-- roles: teacher head guard
-- params: incident:i kind:i text:t date:d? time:m?
-- scope: school
-- lane: urgent
-- audit: kind
-- requires: R13
SELECT refuse('R13.no_incident', :incident)
WHERE NOT EXISTS (SELECT 1 FROM incident WHERE school = :school AND incident = :incident);
SELECT refuse('R13.note_kind', :kind) WHERE :kind NOT BETWEEN 1 AND 5;
INSERT INTO incident_note (school, incident, note, pupil, kind, text, happened_at, at,
	by_staff)
SELECT school, incident, :new_id, pupil, :kind, :text,
	coalesce(((:date + 10957) * 1440 + coalesce(:time, 720) - 480) * 60000, now_ms()),
	now_ms(), :staff
FROM incident WHERE school = :school AND incident = :incident;
SELECT incident, note, kind FROM incident_note
WHERE school = :school AND incident = :incident AND note = :new_id;
