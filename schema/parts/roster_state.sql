-- What an import can touch of a child, and what staff may have written beside it.
WITH roster_state AS (SELECT p.school, p.pupil, json_object(
	'pupil', json_array(p.sex, p.birth, p.student_no, p.address, p.name, p.health, p.same_as,
		p.walk_in_on, p.allergy),
	'enrolment', json((SELECT json_group_array(json(x)) FROM (SELECT json_array(
		e.school_year, e.entry_year, e.class, e.site, e.from_on, e.until_on,
		e.repeats, e.turned) AS x
		FROM enrolment e WHERE e.school = p.school AND e.pupil = p.pupil ORDER BY e.school_year))),
	'guardian', json((SELECT json_group_array(json(x)) FROM (SELECT json_array(
		g.guardian, g.phone, g.relation, g.name, g.ended_on, g.delegated_by,
		g.delegated_until) AS x
		FROM guardian g WHERE g.school = p.school AND g.pupil = p.pupil ORDER BY g.guardian))),
	'priority', json((SELECT json_group_array(json(x)) FROM (SELECT json_array(
		f.kind, f.source, f.since_on, f.until_on, f.definition) AS x
		FROM priority f WHERE f.school = p.school AND f.pupil = p.pupil ORDER BY f.kind))),
	'request', json((SELECT json_group_array(json(x)) FROM (SELECT json_array(
		r.school_year, r.slots, r.wanted, r.source, r.at) AS x
		FROM request r WHERE r.school = p.school AND r.pupil = p.pupil ORDER BY r.school_year)))) AS state
FROM pupil p WHERE p.school = :school)
