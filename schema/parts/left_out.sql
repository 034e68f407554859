-- Of those whom the tap names, who did not leave by it, and what is recorded of each.
(SELECT nullif(json_group_array(json_object('pupil', CAST(j.value AS TEXT), 'name', p.name,
		'how', w.how, 'with', w.with_whom, 'at', w.at, 'by', w.by,
		'state', (SELECT min(state) FROM attendance a WHERE a.school = :school
			AND a.date = :date AND a.slot = :slot AND a.pupil = CAST(j.value AS INTEGER)))), '[]')
	FROM json_each(:pupils) j
	LEFT JOIN pupil p ON p.school = :school AND p.pupil = CAST(j.value AS INTEGER)
	LEFT JOIN (
-- include left
	) w ON w.pupil = CAST(j.value AS INTEGER)
	WHERE w.record IS NOT printf('%d-%d', now_ms(), coalesce(:staff, 0))) AS left_out
