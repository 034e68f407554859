-- about: How the children usually go home, by weekday.
-- about_zh: 平时怎样回家：每个孩子，按星期。
-- roles: teacher head guard
-- params: pupil:i? grp:i?
-- requires: R1
SELECT w.pupil, p.name, w.weekday, w.how, w.collector, w.route,
	(SELECT r.name FROM route r WHERE r.school = w.school AND r.route = w.route) AS route_name,
	date('2000-01-01', w.asked_on || ' days') AS asked_on,
	(SELECT name FROM guardian g WHERE g.school = w.school AND g.pupil = w.pupil
		AND g.guardian = w.asked_by) AS asked_by
FROM way w JOIN pupil p ON p.school = w.school AND p.pupil = w.pupil
WHERE w.school = :school AND (:pupil IS NULL OR w.pupil = :pupil) AND (:grp IS NULL OR EXISTS (
	SELECT 1 FROM place e WHERE e.school = w.school AND e.pupil = w.pupil AND e.grp = :grp))
ORDER BY p.name, w.pupil, w.weekday;
