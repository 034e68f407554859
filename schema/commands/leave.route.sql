-- about: A group or bus sets off with the children who are still here and usually go with it; the adult who leads is named.
-- about_zh: 路队或校车出发：带走仍在校且平时随队的孩子；写明带队人。
-- roles: teacher head guard
-- params: date:d slot:i route:i leader:i? except:j? extra:j?
-- scope: school
-- audit: leader except extra
-- requires: R1
SELECT refuse('R1.no_route', :route)
WHERE NOT EXISTS (SELECT 1 FROM route WHERE school = :school AND route = :route);
SELECT refuse('R19.no_pupil', j.value) FROM json_each(:extra) j
WHERE NOT EXISTS (SELECT 1 FROM pupil WHERE school = :school
	AND pupil = CAST(j.value AS INTEGER));
INSERT INTO leaving (school, date, slot, site, grp, pupil, how, at, by_staff, route, leader)
SELECT h.school, h.date, h.slot, h.site, h.grp, h.pupil, r.kind, now_ms(), :staff, r.route,
	coalesce(:leader, r.leader, :staff)
FROM pupil_here h JOIN route r ON r.school = h.school AND r.route = :route
LEFT JOIN way d ON d.school = h.school AND d.pupil = h.pupil
	AND d.weekday = (:date + 5) % 7 + 1
LEFT JOIN way w ON w.school = h.school AND w.pupil = h.pupil AND w.weekday = 0
WHERE h.school = :school AND h.date = :date AND h.slot = :slot
	AND (CASE WHEN d.how IS NULL THEN w.route ELSE d.route END = :route
		OR h.pupil IN (SELECT CAST(value AS INTEGER) FROM json_each(:extra)))
	AND h.pupil NOT IN (SELECT CAST(value AS INTEGER) FROM json_each(:except))
ON CONFLICT DO NOTHING;
SELECT count(*) AS left, max(leader) AS leader FROM leaving
WHERE school = :school AND date = :date AND slot = :slot AND route = :route;
