-- Who takes part in the session of :date :slot :site :grp and has no mark in it yet.
SELECT e.pupil, q.name FROM place e
	JOIN choice_span c ON c.school = e.school AND c.pupil = e.pupil AND c.choice = 1
		AND c.from_on <= :date AND c.until_on > :date AND c.slots & :slot
		AND (c.weekdays & (1 << (CAST(strftime('%w', '2000-01-01', :date || ' days')
			AS INTEGER) + 6) % 7)
			OR c.weekdays & 31 = 31 AND :date IN (SELECT day FROM made_up))
	JOIN pupil q ON q.school = e.school AND q.pupil = e.pupil AND q.same_as IS NULL
	WHERE e.school = :school AND e.from_on <= :date AND e.until_on > :date
	AND CASE WHEN :grp BETWEEN 1 AND 999
		THEN EXISTS (SELECT 1 FROM mixed_member m WHERE m.school = :school
			AND m.site = coalesce(:site, 0) AND m.grp = :grp AND m.pupil = e.pupil
			AND coalesce(m.from_on, 0) <= :date AND coalesce(m.until_on, 1 << 30) > :date)
		ELSE e.site = coalesce(:site, 0) AND (coalesce(:grp, 0) = 0 OR e.grp = :grp) END
	AND NOT EXISTS (SELECT 1 FROM attendance a WHERE a.school = e.school AND a.date = :date
		AND a.slot = :slot AND a.site = coalesce(:site, 0) AND a.grp = coalesce(:grp, 0)
		AND a.pupil = e.pupil)
