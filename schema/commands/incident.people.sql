-- about: Adds children to an incident: hurt (1), ate of it (2), ill (3), saw it (4).
-- about_zh: 补充涉及的孩子：受伤、吃过、发病、目击。
-- roles: teacher head guard
-- params: incident:i pupils:j part:i since_on:d?
-- scope: school
-- lane: urgent
-- audit: part pupils
-- requires: R13
SELECT refuse('R13.no_incident', :incident)
WHERE NOT EXISTS (SELECT 1 FROM incident WHERE school = :school AND incident = :incident
	AND (past_head = 0 OR :hub OR by_staff = :staff));
SELECT refuse('R13.part', :part) WHERE :part NOT BETWEEN 1 AND 4;
SELECT refuse('R19.no_number', j.value) FROM json_each(:pupils) j
WHERE CAST(j.value AS INTEGER) <= 0;
INSERT INTO incident_person (school, incident, pupil, part, since_on, at, by_staff)
SELECT :school, :incident, CAST(value AS INTEGER), :part, :since_on, now_ms(), :staff
FROM json_each(:pupils) WHERE true ON CONFLICT DO NOTHING;
SELECT part, count(*) AS children FROM incident_person
WHERE school = :school AND incident = :incident GROUP BY part;
