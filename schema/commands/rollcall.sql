-- about: Roll call of a group in one act: everybody who takes part is here except who is named; who came without being expected is named too and never turned away, nor is a number that no child here has (unknown); keep: marks of children who are not named stay as they are, so that two phones do not undo each other.
-- about_zh: 点名：一组一次，没点到的都算到；没登记的孩子来了也记上，不能赶走。
-- roles: teacher head guard
-- params: date:d slot:i site:i? grp:i? absent:j? excused:j? extra:j? keep:b?
-- scope: school
-- audit: absent excused extra
-- requires: R12 R1 R3
SELECT refuse('R19.no_number', j.value)
FROM (SELECT value FROM json_each(:absent) UNION ALL SELECT value FROM json_each(:excused)
	UNION ALL SELECT value FROM json_each(:extra)) j
WHERE CAST(j.value AS INTEGER) <= 0;
SELECT refuse('R1.no_group', :grp)
WHERE :grp > 0 AND coalesce(:extra, :absent, :excused) IS NULL
	AND NOT EXISTS (SELECT 1 FROM session WHERE school = :school
		AND date = :date AND slot = :slot AND site = coalesce(:site, 0) AND grp = :grp)
	AND NOT EXISTS (SELECT 1 FROM enrolment WHERE school = :school
		AND entry_year * 100 + class = :grp)
	AND NOT EXISTS (SELECT 1 FROM mixed_group WHERE school = :school
		AND site = coalesce(:site, 0) AND grp = :grp);
-- include session_open
INSERT INTO attendance (school, date, slot, site, grp, pupil, state, at, by_staff)
SELECT :school, :date, :slot, coalesce(:site, 0), coalesce(:grp, 0), p.pupil,
	CASE WHEN p.pupil IN (SELECT CAST(value AS INTEGER) FROM json_each(:absent)) THEN 2
		WHEN p.pupil IN (SELECT CAST(value AS INTEGER) FROM json_each(:excused)) THEN 3
		ELSE 1 END,
	now_ms(), :staff
FROM (SELECT e.pupil FROM place e
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
	sum(state = 3) AS excused,
	sum(NOT EXISTS (SELECT 1 FROM pupil p WHERE p.school = :school AND p.pupil = attendance.pupil))
		AS unknown
FROM attendance WHERE school = :school AND date = :date AND slot = :slot
	AND site = coalesce(:site, 0) AND grp = coalesce(:grp, 0);
