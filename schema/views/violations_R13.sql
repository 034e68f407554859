-- about: Incidents of which no guardian was informed; clusters that were not reported, or late.
-- about_zh: 请核对·事件：没有通知监护人；聚集性病例没报或报迟了。
-- roles: teacher head clerk lead auditor
-- params:
-- requires: R13
SELECT i.school, i.incident, i.kind, i.pupil, 'guardian_not_informed' AS what
FROM incident i
WHERE (:school IS NULL OR i.school = :school) AND i.kind IN (1, 2, 4, 5, 6)
	AND (i.past_head = 0 OR :hub OR i.by_staff = :staff)
	AND NOT EXISTS (SELECT 1 FROM incident_note n
	WHERE n.school = i.school AND n.incident = i.incident AND n.kind = 1)
UNION ALL
SELECT c.school, NULL, 4, NULL, CASE WHEN c.reported_at IS NULL THEN 'cluster_not_reported'
	ELSE 'cluster_reported_late' END
FROM cluster c
WHERE (:school IS NULL OR c.school = :school)
	AND (c.reported_at IS NULL OR c.reported_at > c.due_at)
ORDER BY 1, 2;
