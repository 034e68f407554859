-- How each child of h goes home on :date: d the weekday's way, b a bed for the night (not
-- on a weekday on which the boarders of its site go home), w the way of every day.
LEFT JOIN way d ON :slot = 2 AND d.school = h.school AND d.pupil = h.pupil
	AND d.weekday = (:date + 5) % 7 + 1
LEFT JOIN boarding b ON :slot = 2 AND b.school = h.school AND b.pupil = h.pupil
	AND b.school_year = CAST(strftime('%Y', '2000-01-01', :date || ' days', '-8 months') AS INTEGER)
	AND coalesce(b.from_on, 0) <= :date AND coalesce(b.until_on, 1 << 30) > :date
	AND NOT coalesce((SELECT t.boarding_week FROM site t WHERE t.school = h.school
		AND t.site = h.site) >> (:date + 5) % 7 & 1, 0)
LEFT JOIN way w ON :slot = 2 AND w.school = h.school AND w.pupil = h.pupil AND w.weekday = 0
LEFT JOIN route r ON r.school = h.school AND r.route = CASE WHEN d.how IS NOT NULL THEN d.route
	WHEN b.pupil IS NULL THEN w.route END
