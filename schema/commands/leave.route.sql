-- about: A group or bus sets off with the children who are named and still here; the adult who leads is named too.
-- about_zh: 路队、校车出发：写明带走哪些孩子（还在校的）、谁带队。
-- roles: teacher head guard
-- params: date:d slot:i route:i leader:i? pupils:j? except:j? extra:j?
-- scope: school
-- audit: leader pupils
-- requires: R1
SELECT refuse('R1.no_route', :route)
WHERE NOT EXISTS (SELECT 1 FROM route WHERE school = :school AND route = :route);
SELECT refuse('R1.not_named', count(*), substr(group_concat(p.name, '、'), 1, 30))
FROM pupil_here h LEFT JOIN pupil p ON p.school = h.school AND p.pupil = h.pupil
-- include way_home
WHERE h.school = :school AND h.date = :date AND h.slot = :slot AND (r.route = :route
	OR h.pupil IN (SELECT CAST(value AS INTEGER) FROM json_each(:extra)))
	AND h.pupil NOT IN (SELECT CAST(value AS INTEGER) FROM json_each(:except))
HAVING :pupils IS NULL;
INSERT INTO leaving (school, date, slot, site, grp, pupil, how, at, by_staff, route, leader)
SELECT h.school, h.date, h.slot, h.site, h.grp, h.pupil, v.kind, now_ms(), :staff, v.route,
	coalesce(:leader, v.leader, :staff)
FROM pupil_here h JOIN route v ON v.school = h.school AND v.route = :route
WHERE h.school = :school AND h.date = :date AND h.slot = :slot
	AND h.pupil IN (SELECT CAST(value AS INTEGER) FROM json_each(:pupils))
ON CONFLICT DO NOTHING;
SELECT (SELECT count(*) FROM leaving WHERE school = :school AND date = :date
		AND slot = :slot AND route = :route) AS left,
	(SELECT max(leader) FROM leaving WHERE school = :school AND date = :date
		AND slot = :slot AND route = :route) AS leader,
	printf('%d-%d', now_ms(), coalesce(:staff, 0)) AS record,
-- include left_out
;
