-- about: Roll call of a group in one act: everybody who takes part is here except who is named; who came without being expected is named too and never turned away; keep: marks of children who are not named stay as they are, so that two phones do not undo each other.
-- about_zh: 给一组一次点名：参加的都在，除非列为缺席或请假；没登记而来的也列出（extra），绝不拒之门外；keep：未列名的孩子已有的标记不变，两部手机不会互相覆盖。
-- roles: teacher head guard
-- params: date:d slot:i site:i? grp:i? absent:j? excused:j? extra:j? keep:b?
-- scope: school
-- audit: absent excused extra
-- requires: R12 R1 R3
SELECT refuse('R7.slot', :slot) WHERE :slot NOT IN (1, 2);
SELECT refuse('R19.no_pupil', j.value)
FROM (SELECT value FROM json_each(:absent) UNION ALL SELECT value FROM json_each(:excused)
	UNION ALL SELECT value FROM json_each(:extra)) j
WHERE NOT EXISTS (SELECT 1 FROM pupil WHERE school = :school
	AND pupil = CAST(j.value AS INTEGER));
INSERT INTO session (school, date, slot, site, grp, staff, at, policy, begin_min, end_min)
SELECT :school, :date, :slot, coalesce(:site, 0), coalesce(:grp, 0), :staff, now_ms(),
	p.version, w.begin_min, w.end_min
FROM (SELECT 1)
LEFT JOIN (SELECT version FROM policy WHERE from_on <= :date AND withdrawn = 0
	ORDER BY from_on DESC, version DESC LIMIT 1) p
LEFT JOIN site s ON s.school = :school AND s.site = coalesce(:site, 0)
LEFT JOIN policy_window w ON w.version = p.version AND w.slot = :slot
	AND w.class IN (0, s.class)
	AND CASE WHEN w.from_md <= w.until_md
		THEN CAST(strftime('%m%d', '2000-01-01', :date || ' days') AS INTEGER)
			BETWEEN w.from_md AND w.until_md
		ELSE CAST(strftime('%m%d', '2000-01-01', :date || ' days') AS INTEGER) >= w.from_md
			OR CAST(strftime('%m%d', '2000-01-01', :date || ' days') AS INTEGER) <= w.until_md
	END
WHERE true ORDER BY w.class DESC, w.no LIMIT 1
ON CONFLICT DO NOTHING;
INSERT INTO attendance (school, date, slot, site, grp, pupil, state, at, by_staff)
SELECT :school, :date, :slot, coalesce(:site, 0), coalesce(:grp, 0), p.pupil,
	CASE WHEN p.pupil IN (SELECT CAST(value AS INTEGER) FROM json_each(:absent)) THEN 2
		WHEN p.pupil IN (SELECT CAST(value AS INTEGER) FROM json_each(:excused)) THEN 3
		ELSE 1 END,
	now_ms(), :staff
FROM (SELECT e.pupil FROM place e
	JOIN choice_span c ON c.school = e.school AND c.pupil = e.pupil AND c.choice = 1
		AND c.from_on <= :date AND c.until_on > :date AND c.slots & :slot
		AND c.weekdays & (1 << (CAST(strftime('%w', '2000-01-01', :date || ' days')
			AS INTEGER) + 6) % 7)
	JOIN pupil q ON q.school = e.school AND q.pupil = e.pupil AND q.same_as IS NULL
	WHERE e.school = :school AND e.from_on <= :date AND e.until_on > :date
	AND CASE WHEN :grp BETWEEN 1 AND 999
		THEN EXISTS (SELECT 1 FROM mixed_member m WHERE m.school = :school
			AND m.site = coalesce(:site, 0) AND m.grp = :grp AND m.pupil = e.pupil
			AND coalesce(m.from_on, 0) <= :date AND coalesce(m.until_on, 1 << 30) > :date)
		ELSE e.site = coalesce(:site, 0) AND (coalesce(:grp, 0) = 0 OR e.grp = :grp) END
	UNION SELECT CAST(value AS INTEGER) FROM json_each(:extra)
	UNION SELECT CAST(value AS INTEGER) FROM json_each(:absent)
	UNION SELECT CAST(value AS INTEGER) FROM json_each(:excused)) p
WHERE true
ON CONFLICT DO UPDATE SET state = excluded.state, at = excluded.at,
	by_staff = excluded.by_staff
	WHERE state <> excluded.state AND (coalesce(:keep, 0) = 0 OR pupil IN (
		SELECT CAST(value AS INTEGER) FROM json_each(:extra)
		UNION SELECT CAST(value AS INTEGER) FROM json_each(:absent)
		UNION SELECT CAST(value AS INTEGER) FROM json_each(:excused)));
SELECT count(*) AS marks, sum(state = 1) AS here, sum(state = 2) AS absent,
	sum(state = 3) AS excused
FROM attendance WHERE school = :school AND date = :date AND slot = :slot
	AND site = coalesce(:site, 0) AND grp = coalesce(:grp, 0);
