-- The session of :date :slot :site :grp, when there is none, with the window of the
-- plan in force: the line for the named school and site before that for the class
-- and that for the kind.  A day's other end (closure) holds before the window's.
-- In the second in which a month was signed it is dated after the signing.
SELECT refuse('R7.slot', :slot) WHERE :slot NOT IN (1, 2);
INSERT INTO session (school, date, slot, site, grp, staff, at, policy, begin_min, end_min)
SELECT :school, :date, :slot, coalesce(:site, 0), coalesce(:grp, 0), :staff,
	now_ms() + 1000 * EXISTS (SELECT 1 FROM statement_step WHERE school = :school AND step = 1
		AND at = now_ms()),
	p.version, w.begin_min, coalesce(x.end_min, w.end_min)
FROM (SELECT 1)
LEFT JOIN policy_span p ON p.from_on <= :date AND p.until_on > :date
LEFT JOIN site s ON s.school = :school AND s.site = coalesce(:site, 0)
LEFT JOIN closure x ON x.school = :school AND x.site = coalesce(:site, 0)
	AND x.date = :date AND x.slot = :slot AND x.undone = 0
LEFT JOIN policy_window w ON w.version = p.version AND w.slot = :slot
	AND w.class IN (0, s.class) AND w.kind IN (0, s.kind) AND w.school IN (0, :school)
	AND w.site IN (-1, coalesce(:site, 0))
	AND CASE WHEN w.from_md <= w.until_md
		THEN CAST(strftime('%m%d', '2000-01-01', :date || ' days') AS INTEGER)
			BETWEEN w.from_md AND w.until_md
		ELSE CAST(strftime('%m%d', '2000-01-01', :date || ' days') AS INTEGER) >= w.from_md
			OR CAST(strftime('%m%d', '2000-01-01', :date || ' days') AS INTEGER) <= w.until_md
	END
WHERE true
ORDER BY w.school > 0 DESC, w.site >= 0 DESC, w.class > 0 DESC, w.kind > 0 DESC, w.no LIMIT 1
ON CONFLICT DO NOTHING;
