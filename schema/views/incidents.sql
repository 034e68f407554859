-- about: Incidents, newest first, with what was added.  Reports about staff are seen by who wrote them and by the county, not by the head or whom they are about.
-- about_zh: 突发事件和补充：新的在前。涉及教职工的，校长和当事人看不到。
-- roles: teacher head guard clerk lead auditor
-- params:
-- requires: R13
SELECT i.school, i.incident, i.kind, strftime('%Y-%m-%d %H:%M:%S', i.happened_at / 1000 + 28800, 'unixepoch') AS happened_at, i.site, i.place, i.pupil,
	p.name AS pupil_name, i.who, i.what, i.past_head, strftime('%Y-%m-%d %H:%M:%S', i.at / 1000 + 28800, 'unixepoch') AS reported_at, (SELECT name FROM staff n WHERE n.school = i.school AND n.staff = i.by_staff) AS reported_by,
	(SELECT strftime('%Y-%m-%d %H:%M:%S', min(n.happened_at) / 1000 + 28800, 'unixepoch')
		FROM incident_note n WHERE n.school = i.school AND n.incident = i.incident
		AND n.kind = 1) AS guardian_informed_at,
	EXISTS (SELECT 1 FROM incident_note n WHERE n.school = i.school
		AND n.incident = i.incident AND n.kind = 5) AS closed,
	(SELECT json_group_array(json_object('kind', n.kind, 'text', n.text, 'number', n.number,
		'at', strftime('%Y-%m-%d %H:%M:%S', n.happened_at / 1000 + 28800, 'unixepoch'),
		'by', (SELECT name FROM staff f WHERE f.school = n.school AND f.staff = n.by_staff)))
		FROM (SELECT * FROM incident_note x WHERE x.school = i.school
			AND x.incident = i.incident ORDER BY x.happened_at, x.note) n) AS notes,
	(SELECT json_group_array(json_object('pupil', CAST(q.pupil AS TEXT), 'name', u.name,
		'part', q.part)) FROM incident_person q
		LEFT JOIN pupil u ON u.school = q.school AND u.pupil = q.pupil
		WHERE q.school = i.school AND q.incident = i.incident) AS people,
	(SELECT json_group_array(json_object('meal_on', date('2000-01-01', f.meal_on || ' days'),
		'batch', f.batch, 'sample_kept', f.sample_kept, 'stopped',
		f.stopped_at IS NOT NULL, 'water', f.water)) FROM incident_food f
		WHERE f.school = i.school AND f.incident = i.incident) AS food
FROM incident i
LEFT JOIN pupil p ON p.school = i.school AND p.pupil = i.pupil
WHERE (:school IS NULL OR i.school = :school)
	AND (i.past_head = 0 OR :hub OR i.by_staff = :staff)
ORDER BY i.happened_at DESC, i.incident LIMIT 1000;
