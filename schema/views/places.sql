-- about: Who gets a place: by priority, then by date of request; who is over the number of places.
-- about_zh: 名额安排：先优先人群，再按报名先后；超出的。
-- roles: head
-- params: site:i?
-- requires: R6
SELECT w.pupil, w.name, w.site, w.grade, w.low_grade, w.priorities,
	date(w.at / 1000 + 28800, 'unixepoch') AS asked_on,
	row_number() OVER (PARTITION BY w.site ORDER BY w.priorities > 0 DESC, w.at, w.pupil) AS rank,
	t.places, w.refused, x.reason,
	coalesce(row_number() OVER (PARTITION BY w.site ORDER BY w.priorities > 0 DESC, w.at, w.pupil)
		<= t.places, 1) AS fits
FROM place_wish w
LEFT JOIN site t ON t.school = w.school AND t.site = w.site
LEFT JOIN place_refusal x ON x.school = w.school AND x.pupil = w.pupil
	AND x.school_year = w.school_year AND x.undone = 0
WHERE w.school = :school AND (:site IS NULL OR w.site = :site)
ORDER BY w.site, rank;
