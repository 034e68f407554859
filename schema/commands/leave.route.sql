-- about: A group or bus sets off with the children who are still here and usually go with it; the adult who leads is named.
-- about_zh: 路队、校车出发：带走平时跟着走、现在还在的孩子，写明带队人。
-- roles: teacher head guard
-- params: date:d slot:i route:i leader:i? except:j? extra:j?
-- scope: school
-- audit: leader except extra
-- requires: R1
SELECT refuse('R1.no_route', :route)
WHERE NOT EXISTS (SELECT 1 FROM route WHERE school = :school AND route = :route);
SELECT refuse('R19.no_number', j.value) FROM json_each(:extra) j
WHERE CAST(j.value AS INTEGER) <= 0;
INSERT INTO leaving (school, date, slot, site, grp, pupil, how, at, by_staff, route, leader)
SELECT h.school, h.date, h.slot, h.site, h.grp, h.pupil, v.kind, now_ms(), :staff, v.route,
	coalesce(:leader, v.leader, :staff)
FROM pupil_here h JOIN route v ON v.school = h.school AND v.route = :route
-- include way_home
WHERE h.school = :school AND h.date = :date AND h.slot = :slot
	AND (r.route = :route
		OR h.pupil IN (SELECT CAST(value AS INTEGER) FROM json_each(:extra)))
	AND h.pupil NOT IN (SELECT CAST(value AS INTEGER) FROM json_each(:except))
ON CONFLICT DO NOTHING;
SELECT count(*) AS left, max(leader) AS leader FROM leaving
WHERE school = :school AND date = :date AND slot = :slot AND route = :route;
