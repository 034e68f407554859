-- about: The list of a group for a roll call: who takes part, who asked, and the marks so far.
-- about_zh: 点名单：谁参加、谁报了名、点到了没有。
-- roles: teacher head guard
-- params: date:d slot:i site:i? grp:i?
-- requires: R12 R3
SELECT e.pupil, p.name, initials(p.name) AS initials, e.grade, e.class,
	EXISTS (SELECT 1 FROM choice_span c WHERE c.school = e.school AND c.pupil = e.pupil
		AND c.choice = 1 AND c.from_on <= :date AND c.until_on > :date
		AND c.slots & :slot AND (c.weekdays & (1 << (CAST(strftime('%w', '2000-01-01',
			:date || ' days') AS INTEGER) + 6) % 7)
			OR c.weekdays & 31 = 31 AND :date IN (SELECT day FROM made_up))) AS expected,
	EXISTS (SELECT 1 FROM request r WHERE r.school = e.school AND r.pupil = e.pupil
		AND r.school_year = e.school_year AND r.wanted = 1 AND r.slots & :slot) AS asked,
	a.state, a.reason, l.how AS left_how, l.with_whom AS left_with, l.at AS left_at, l.by AS left_by,
	l.record AS left_record
FROM place e
JOIN pupil p ON p.school = e.school AND p.pupil = e.pupil AND p.same_as IS NULL
LEFT JOIN attendance a ON a.school = e.school AND a.date = :date AND a.slot = :slot
	AND a.site = coalesce(:site, 0) AND a.grp = coalesce(:grp, 0) AND a.pupil = e.pupil
LEFT JOIN (
-- include left
) l ON l.site = coalesce(:site, 0) AND l.grp = coalesce(:grp, 0) AND l.pupil = e.pupil
WHERE e.school = :school AND e.from_on <= :date AND e.until_on > :date
	AND (a.state IS NOT NULL OR CASE WHEN :grp BETWEEN 1 AND 999
		THEN EXISTS (SELECT 1 FROM mixed_member m WHERE m.school = :school
			AND m.site = coalesce(:site, 0) AND m.grp = :grp AND m.pupil = e.pupil
			AND coalesce(m.from_on, 0) <= :date AND coalesce(m.until_on, 1 << 30) > :date)
		ELSE e.site = coalesce(:site, 0) AND (coalesce(:grp, 0) = 0 OR e.grp = :grp) END)
UNION ALL
-- Who turned up and is in no class yet.
SELECT a.pupil, p.name, initials(p.name), NULL, NULL, 0, 0, a.state, a.reason, l.how,
	l.with_whom, l.at, l.by, l.record
FROM attendance a
JOIN pupil p ON p.school = a.school AND p.pupil = a.pupil AND p.same_as IS NULL
LEFT JOIN (
-- include left
) l ON l.site = coalesce(:site, 0) AND l.grp = coalesce(:grp, 0) AND l.pupil = a.pupil
WHERE a.school = :school AND a.date = :date AND a.slot = :slot AND a.site = coalesce(:site, 0)
	AND a.grp = coalesce(:grp, 0) AND NOT EXISTS (SELECT 1 FROM place e
		WHERE e.school = a.school AND e.pupil = a.pupil AND e.from_on <= :date
		AND e.until_on > :date)
ORDER BY 4, 5, 2;
