-- about: Which children belong to a priority group on a day, by which source, since when; left-behind by which definition.  Low grades are computed.
-- about_zh: 优先人群：是哪类、从哪里知道的、从哪天起。低年级自动算。
-- roles: head teacher
-- params: date:d grp:i?
-- sensitive: kind
-- requires: R6
SELECT c.pupil, c.name, c.site, c.grade, c.class, f.kind, f.source, f.definition,
	date('2000-01-01', f.since_on || ' days') AS since,
	date('2000-01-01', f.until_on || ' days') AS until
FROM child c
JOIN (SELECT school, pupil, kind, source, definition, since_on, until_on FROM priority
	UNION ALL SELECT school, pupil, 1, 0, NULL, from_on, until_on FROM child WHERE grade <= 3) f
	ON f.school = c.school AND f.pupil = c.pupil
WHERE c.school = :school AND c.from_on <= :date AND c.until_on > :date
	AND coalesce(f.since_on, 0) <= :date AND coalesce(f.until_on, 1 << 30) > :date
	AND (:grp IS NULL OR c.grp = :grp)
ORDER BY f.kind, c.grade, c.class, c.name, c.pupil;
