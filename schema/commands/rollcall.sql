-- about: Roll call of a group in one act: who is here, absent, excused, each by name; nobody else is marked (not_called: who takes part and was not named).  Who came without being expected is extra and never turned away, nor is a number that no child here has (unknown); keep: other marks of those who are here stay as they are, so that two phones do not undo each other.
-- about_zh: 点名：一组一次，写明谁到、谁没到、谁请假；没写到的不记（not_called：参加而没点到的）。没登记的孩子来了也记上，不能赶走。
-- roles: teacher head guard
-- params: date:d slot:i site:i? grp:i? here:j? absent:j? excused:j? extra:j? keep:b?
-- scope: school
-- audit: here absent excused extra
-- requires: R12 R1 R3
SELECT refuse('R19.no_number', j.value)
FROM (SELECT value FROM json_each(:absent) UNION ALL SELECT value FROM json_each(:excused)
	UNION ALL SELECT value FROM json_each(:extra)
	UNION ALL SELECT value FROM json_each(:here)) j
WHERE CAST(j.value AS INTEGER) <= 0;
SELECT refuse('R1.no_group', :grp)
WHERE :grp > 0 AND coalesce(json_array_length(:here), 0) + coalesce(json_array_length(:extra), 0)
		+ coalesce(json_array_length(:absent), 0) + coalesce(json_array_length(:excused), 0) = 0
	AND NOT EXISTS (SELECT 1 FROM session WHERE school = :school
		AND date = :date AND slot = :slot AND site = coalesce(:site, 0) AND grp = :grp)
	AND NOT EXISTS (SELECT 1 FROM enrolment WHERE school = :school
		AND entry_year * 100 + class = :grp)
	AND NOT EXISTS (SELECT 1 FROM mixed_group WHERE school = :school
		AND site = coalesce(:site, 0) AND grp = :grp);
SELECT refuse('R12.not_named', count(*), substr(group_concat(n.name, '、'), 1, 30))
FROM (
-- include not_called
) n
WHERE n.pupil NOT IN (SELECT CAST(value AS INTEGER) FROM json_each(:absent)
	UNION SELECT CAST(value AS INTEGER) FROM json_each(:excused)
	UNION SELECT CAST(value AS INTEGER) FROM json_each(:extra))
HAVING :here IS NULL AND count(*) > 0;
-- include session_open
INSERT INTO attendance (school, date, slot, site, grp, pupil, state, at, by_staff)
SELECT :school, :date, :slot, coalesce(:site, 0), coalesce(:grp, 0), p.pupil,
	CASE WHEN p.pupil IN (SELECT CAST(value AS INTEGER) FROM json_each(:absent)) THEN 2
		WHEN p.pupil IN (SELECT CAST(value AS INTEGER) FROM json_each(:excused)) THEN 3
		ELSE 1 END,
	now_ms(), :staff
FROM (SELECT CAST(value AS INTEGER) AS pupil FROM json_each(:here)
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
		AS unknown,
	(SELECT nullif(json_group_array(json_object('pupil', CAST(n.pupil AS TEXT), 'name', n.name)), '[]')
	FROM (
-- include not_called
	) n) AS not_called,
	(SELECT nullif(json_group_array(json_object('pupil', CAST(a.pupil AS TEXT), 'name', p.name,
		'state', a.state, 'by', (SELECT name FROM staff n WHERE n.school = a.school
			AND n.staff = a.by_staff))), '[]')
	FROM attendance a LEFT JOIN pupil p ON p.school = a.school AND p.pupil = a.pupil
	WHERE a.school = :school AND a.date = :date AND a.slot = :slot
		AND a.site = coalesce(:site, 0) AND a.grp = coalesce(:grp, 0) AND a.state <> 1
		AND a.pupil IN (SELECT CAST(value AS INTEGER) FROM json_each(:here))) AS left_out
FROM attendance WHERE school = :school AND date = :date AND slot = :slot
	AND site = coalesce(:site, 0) AND grp = coalesce(:grp, 0);
