-- about: Children of a class who take part, with slots and weekdays, usual ways home and everybody who may collect them: for the paper sheets.
-- about_zh: 接送名单：一个班参加的孩子，怎样回家、谁可以接，打印纸单用。
-- roles: teacher head guard
-- params: grp:i date:d
-- sensitive: phone
-- requires: R1 R12
SELECT p.pupil, p.name, c.slots, c.weekdays,
	(SELECT json_group_array(json_object('name', x.name, 'relation', x.relation, 'phone', x.phone))
		FROM (SELECT name, relation, phone FROM guardian g
			WHERE g.school = :school AND g.pupil = p.pupil AND coalesce(g.ended_on, 1 << 30) > :date
		UNION ALL SELECT name, relation, phone FROM collector o
			WHERE o.school = :school AND o.pupil = p.pupil
			AND coalesce(o.ended_on, 1 << 30) > :date) x) AS collectors,
	(SELECT json_group_array(json_object('weekday', w.weekday, 'how', w.how, 'route',
		(SELECT name FROM route r WHERE r.school = w.school AND r.route = w.route)))
		FROM way w WHERE w.school = :school AND w.pupil = p.pupil) AS ways
FROM place e
JOIN pupil p ON p.school = e.school AND p.pupil = e.pupil AND p.same_as IS NULL
JOIN choice_span c ON c.school = e.school AND c.pupil = e.pupil AND c.choice = 1
	AND c.from_on <= :date AND c.until_on > :date
WHERE e.school = :school AND e.grp = :grp AND e.from_on <= :date AND e.until_on > :date
ORDER BY p.name, p.pupil;
