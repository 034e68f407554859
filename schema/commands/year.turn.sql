-- about: Turns the school into a school year, exactly as the dry run (year_turn) showed it: everybody goes up, except who repeats, leaves or moves (moves: [{pupil, class, site}]).  confirm: the number of children that it showed.
-- about_zh: 学年更替：先看“学年更替试算”，全部升一级；留级的、离开的、换班的在这里另选。人数照试算写，对得上才会办。
-- roles: head
-- params: school_year:i confirm:i repeat:j? leave:j? moves:j?
-- scope: school
-- audit: school_year repeat leave moves
-- requires: R20
SELECT refuse('R20.turned', :school_year) WHERE EXISTS (SELECT 1 FROM year_turn
	WHERE school = :school AND school_year = :school_year AND undone_at IS NULL);
SELECT refuse('R20.changed', :confirm, n) FROM (SELECT count(*) AS n FROM turn_plan
	WHERE school = :school AND school_year = :school_year) WHERE n <> :confirm;
SELECT refuse('R20.not_in_plan', j.value) FROM (SELECT value FROM json_each(:repeat)
	UNION ALL SELECT value FROM json_each(:leave)
	UNION ALL SELECT json_extract(value, '$.pupil') FROM json_each(:moves)) j
WHERE NOT EXISTS (SELECT 1 FROM turn_plan t WHERE t.school = :school
	AND t.school_year = :school_year AND t.pupil = CAST(j.value AS INTEGER));
SELECT refuse('R20.nobody', :school_year) WHERE NOT EXISTS (SELECT 1 FROM turn_plan
	WHERE school = :school AND school_year = :school_year);
SELECT refuse('R20.both', p.name) FROM pupil p WHERE p.school = :school
	AND p.pupil IN (SELECT CAST(value AS INTEGER) FROM json_each(:repeat))
	AND p.pupil IN (SELECT CAST(value AS INTEGER) FROM json_each(:leave));
INSERT INTO year_turn (school, school_year, promoted, repeated, graduated, at, by_staff)
SELECT :school, :school_year,
	sum(what = 'promoted' AND pupil NOT IN (SELECT CAST(value AS INTEGER) FROM json_each(:repeat)
		UNION ALL SELECT CAST(value AS INTEGER) FROM json_each(:leave))),
	sum(pupil IN (SELECT CAST(value AS INTEGER) FROM json_each(:repeat))),
	sum(what = 'graduates' AND pupil NOT IN (SELECT CAST(value AS INTEGER)
		FROM json_each(:repeat) UNION ALL SELECT CAST(value AS INTEGER)
		FROM json_each(:leave))), now_ms(), :staff
FROM turn_plan WHERE school = :school AND school_year = :school_year
HAVING count(*) > 0
ON CONFLICT DO UPDATE SET promoted = excluded.promoted, repeated = excluded.repeated,
	graduated = excluded.graduated, at = excluded.at, by_staff = excluded.by_staff,
	undone_at = NULL;
UPDATE enrolment SET turned = 2, until_on = (SELECT max(start_on) FROM turn_plan
	WHERE school = :school AND school_year = :school_year)
WHERE school = :school AND school_year = :school_year - 1 AND pupil IN (
	SELECT t.pupil FROM turn_plan t WHERE t.school = :school AND t.school_year = :school_year
	AND (t.what = 'graduates' OR t.pupil IN (SELECT CAST(value AS INTEGER)
		FROM json_each(:leave)))
	AND t.pupil NOT IN (SELECT CAST(value AS INTEGER) FROM json_each(:repeat)));
INSERT INTO enrolment (school, pupil, school_year, site, entry_year, class, repeats, turned)
SELECT t.school, t.pupil, t.school_year,
	coalesce((SELECT CAST(json_extract(m.value, '$.site') AS INTEGER) FROM json_each(:moves) m
		WHERE CAST(json_extract(m.value, '$.pupil') AS INTEGER) = t.pupil), t.site),
	t.entry_year + (r.value IS NOT NULL),
	coalesce((SELECT CAST(json_extract(m.value, '$.class') AS INTEGER) FROM json_each(:moves) m
		WHERE CAST(json_extract(m.value, '$.pupil') AS INTEGER) = t.pupil), t.class),
	r.value IS NOT NULL, 1
FROM turn_plan t
LEFT JOIN json_each(:repeat) r ON CAST(r.value AS INTEGER) = t.pupil
WHERE t.school = :school AND t.school_year = :school_year;
SELECT promoted, repeated, graduated FROM year_turn
WHERE school = :school AND school_year = :school_year;
