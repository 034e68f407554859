-- about: The children of a session who are still here, each with its usual way of the weekday, its route and whom it may go with.
-- about_zh: 离校名单：还在校的孩子，今天平时怎样走、可以由谁接。
-- roles: teacher head guard
-- params: date:d slot:i site:i? grp:i?
-- requires: R1 R12
SELECT h.site, h.grp, h.pupil, p.name,
	coalesce(d.how, CASE WHEN b.pupil IS NOT NULL THEN 5 END, w.how,
		CASE :slot WHEN 1 THEN 7 ELSE 1 END) AS how,
	CASE WHEN d.how IS NOT NULL THEN d.collector WHEN b.pupil IS NULL THEN w.collector END AS collector,
	r.route, r.name AS route_name,
	(SELECT name FROM staff n WHERE n.school = h.school AND n.staff = r.leader) AS leader,
	(SELECT json_group_array(json_object('id', CAST(c.id AS TEXT), 'name', c.name,
		'relation', c.relation)) FROM (SELECT guardian AS id, name, relation FROM guardian g
			WHERE g.school = h.school AND g.pupil = h.pupil
			AND coalesce(g.ended_on, 1 << 30) > :date
		UNION ALL SELECT collector, name, relation FROM collector o
			WHERE o.school = h.school AND o.pupil = h.pupil
			AND coalesce(o.ended_on, 1 << 30) > :date) c) AS collectors
FROM pupil_here h
LEFT JOIN pupil p ON p.school = h.school AND p.pupil = h.pupil
-- include way_home
WHERE h.school = :school AND h.date = :date AND h.slot = :slot
	AND (:site IS NULL OR h.site = :site) AND (:grp IS NULL OR h.grp = :grp)
ORDER BY h.site, h.grp, p.name;
