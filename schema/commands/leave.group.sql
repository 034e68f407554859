-- about: All who are still here left as usual, as one act of a named adult; who differs is entered before with leave.one.
-- about_zh: 仍在校的孩子照常离校，由一位成人一次登记；例外的先用 leave.one 登记。
-- roles: teacher head guard
-- params: date:d slot:i site:i? grp:i? except:j?
-- scope: school
-- audit: except
-- requires: R1

-- At noon "as usual" is back to lessons; in the afternoon the way of the weekday.
INSERT INTO leaving (school, date, slot, site, grp, pupil, how, collector, at, by_staff,
	route, leader)
SELECT a.school, a.date, a.slot, a.site, a.grp, a.pupil,
	coalesce(d.how, w.how, CASE :slot WHEN 1 THEN 7 ELSE 1 END),
	CASE WHEN d.how IS NULL THEN w.collector ELSE d.collector END, now_ms(), :staff,
	r.route, r.leader
FROM pupil_here a
LEFT JOIN way d ON :slot = 2 AND d.school = a.school AND d.pupil = a.pupil
	AND d.weekday = (:date + 5) % 7 + 1
LEFT JOIN way w ON :slot = 2 AND w.school = a.school AND w.pupil = a.pupil AND w.weekday = 0
LEFT JOIN route r ON r.school = a.school
	AND r.route = CASE WHEN d.how IS NULL THEN w.route ELSE d.route END
WHERE a.school = :school AND a.date = :date AND a.slot = :slot
	AND a.site = coalesce(:site, 0) AND a.grp = coalesce(:grp, 0)
	AND a.pupil NOT IN (SELECT CAST(value AS INTEGER) FROM json_each(:except))
ON CONFLICT DO NOTHING;
SELECT (SELECT count(*) FROM leaving WHERE school = :school AND date = :date
		AND slot = :slot AND site = coalesce(:site, 0) AND grp = coalesce(:grp, 0)) AS left,
	(SELECT count(*) FROM pupil_here WHERE school = :school AND date = :date
		AND slot = :slot AND site = coalesce(:site, 0) AND grp = coalesce(:grp, 0)) AS still_here;
