-- about: Injuries and missing children of which no guardian was informed.
-- about_zh: 未通知监护人的受伤和走失。
-- roles: teacher head clerk lead auditor
-- params:
-- requires: R13
SELECT i.school, i.incident, i.kind, i.pupil, 'guardian_not_informed' AS what
FROM incident i
WHERE (:school IS NULL OR i.school = :school) AND i.kind IN (1, 2, 4, 5, 6) AND NOT EXISTS (SELECT 1 FROM incident_note n
	WHERE n.school = i.school AND n.incident = i.incident AND n.kind = 1)
ORDER BY i.school, i.incident;
