-- about: Incidents, newest first, with what was added.  Reports about staff go past the head.
-- about_zh: 事件及补充，新的在前。涉及工作人员的报告不经校长。
-- roles: teacher head guard clerk lead auditor
-- params:
-- requires: R13
SELECT i.school, i.incident, i.kind, strftime('%Y-%m-%d %H:%M:%S', i.happened_at / 1000 + 28800, 'unixepoch') AS happened_at, i.site, i.place, i.pupil,
	p.name AS pupil_name, i.who, i.what, strftime('%Y-%m-%d %H:%M:%S', i.at / 1000 + 28800, 'unixepoch') AS reported_at, (SELECT name FROM staff n WHERE n.school = i.school AND n.staff = i.by_staff) AS reported_by,
	(SELECT json_group_array(json_object('kind', n.kind, 'text', n.text,
		'at', strftime('%Y-%m-%d %H:%M:%S', n.at / 1000 + 28800, 'unixepoch'))) FROM incident_note n
		WHERE n.school = i.school AND n.incident = i.incident) AS notes
FROM incident i
LEFT JOIN pupil p ON p.school = i.school AND p.pupil = i.pupil
WHERE (:school IS NULL OR i.school = :school) AND (i.past_head = 0 OR :user_roles & 56 OR i.by_staff = :staff)
ORDER BY i.happened_at DESC, i.incident LIMIT 1000;
