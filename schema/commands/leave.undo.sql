-- about: A leaving was entered by mistake: the child, or all who were let go at once, are still here.  Only the record that is named (record of a view, or tap: the request that made it), and while it stands; another one stays.
-- about_zh: 离校登记错了：孩子还在校；一次登记的一组也可以一起撤销。只撤销写明的那条记录；后来别人另外登记的不动。
-- roles: teacher head guard
-- params: date:d slot:i pupil:i? pupils:j? record:t? tap:t?
-- scope: school
-- audit: pupil pupils
-- requires: R1
SELECT refuse('R1.no_record') WHERE coalesce(:record, :tap) IS NULL;
SELECT refuse('R1.other_record', coalesce(p.name, :pupil), coalesce(w.with_whom, '—'), w.at,
	coalesce(w.by, '—'))
FROM (
-- include left
) w LEFT JOIN pupil p ON p.school = :school AND p.pupil = w.pupil
WHERE w.pupil = :pupil AND NOT EXISTS (SELECT 1 FROM (
-- include left
) x WHERE x.pupil = :pupil AND x.record = coalesce(:record,
-- include record_of_tap
	));
DELETE FROM leaving
WHERE school = :school AND date = :date AND slot = :slot
	AND pupil IN (SELECT :pupil UNION ALL
		SELECT CAST(value AS INTEGER) FROM json_each(:pupils))
	AND printf('%d-%d', at, coalesce(by_staff, 0)) = coalesce(:record,
-- include record_of_tap
	);
SELECT (SELECT count(*) FROM json_each(:pupils) j WHERE NOT EXISTS (SELECT 1 FROM leaving
		WHERE school = :school AND date = :date AND slot = :slot
		AND pupil = CAST(j.value AS INTEGER))) + (:pupil IS NOT NULL) AS here,
	(SELECT nullif(json_group_array(json_object('pupil', CAST(w.pupil AS TEXT), 'name', p.name,
		'how', w.how, 'with', w.with_whom, 'at', w.at, 'by', w.by)), '[]')
	FROM (
-- include left
	) w LEFT JOIN pupil p ON p.school = :school AND p.pupil = w.pupil
	WHERE w.pupil IN (SELECT CAST(value AS INTEGER) FROM json_each(:pupils))) AS left_out;
