-- about: Those who are named and still here left as usual, as one act of a named adult; who differs is entered before with leave.one, whoever is not named stays here.
-- about_zh: 照常离校：写明的、还在的孩子按平时的走法一次登记；不一样的先逐个登记，没写到的还算在校。
-- roles: teacher head guard
-- params: date:d slot:i site:i? grp:i? pupils:j? except:j?
-- scope: school
-- audit: pupils
-- requires: R1
SELECT refuse('R1.not_named', count(*), substr(group_concat(p.name, '、'), 1, 30))
FROM pupil_here h LEFT JOIN pupil p ON p.school = h.school AND p.pupil = h.pupil
WHERE h.school = :school AND h.date = :date AND h.slot = :slot
	AND h.site = coalesce(:site, 0) AND h.grp = coalesce(:grp, 0)
	AND h.pupil NOT IN (SELECT CAST(value AS INTEGER) FROM json_each(:except))
HAVING :pupils IS NULL;
-- At noon "as usual" is back to lessons; in the afternoon the way of the weekday; a boarder stays.
INSERT INTO leaving (school, date, slot, site, grp, pupil, how, collector, at, by_staff,
	route, leader)
SELECT h.school, h.date, h.slot, h.site, h.grp, h.pupil,
	coalesce(d.how, CASE WHEN b.pupil IS NOT NULL THEN 5 END, w.how,
		CASE :slot WHEN 1 THEN 7 ELSE 1 END),
	CASE WHEN d.how IS NOT NULL THEN d.collector WHEN b.pupil IS NULL THEN w.collector END, now_ms(), :staff,
	r.route, r.leader
FROM pupil_here h
-- include way_home
WHERE h.school = :school AND h.date = :date AND h.slot = :slot
	AND h.site = coalesce(:site, 0) AND h.grp = coalesce(:grp, 0)
	AND h.pupil IN (SELECT CAST(value AS INTEGER) FROM json_each(:pupils))
ON CONFLICT DO NOTHING;
SELECT (SELECT count(*) FROM leaving WHERE school = :school AND date = :date
		AND slot = :slot AND site = coalesce(:site, 0) AND grp = coalesce(:grp, 0)) AS left,
	(SELECT count(*) FROM pupil_here WHERE school = :school AND date = :date
		AND slot = :slot AND site = coalesce(:site, 0) AND grp = coalesce(:grp, 0)) AS still_here,
	printf('%d-%d', now_ms(), coalesce(:staff, 0)) AS record,
-- include left_out
;
