-- about: Records a class list, one record a child: {pupil, guardian, choice, slots, weekdays, how} each; the form (consent_form) shows the guardian.
-- about_zh: 登记同意书：照全班的表逐个勾选，一个孩子一条，写明哪位家长、哪些时段、星期几。
-- roles: teacher head
-- params: entries:j notice:i given_on:d witness:t?
-- scope: school
-- audit: entries
-- requires: R3
SELECT refuse('R19.no_pupil', json_extract(j.value, '$.pupil')) FROM json_each(:entries) j
WHERE NOT EXISTS (SELECT 1 FROM pupil WHERE school = :school
	AND pupil = CAST(json_extract(j.value, '$.pupil') AS INTEGER));
SELECT refuse('R3.no_guardian', p.name) FROM json_each(:entries) j
JOIN pupil p ON p.school = :school
	AND p.pupil = CAST(json_extract(j.value, '$.pupil') AS INTEGER)
WHERE NOT EXISTS (SELECT 1 FROM guardian g WHERE g.school = :school AND g.pupil = p.pupil
	AND g.guardian = CAST(json_extract(j.value, '$.guardian') AS INTEGER)
	AND (g.ended_on IS NULL OR g.ended_on > :given_on));
SELECT refuse('R3.delegation_over', p.name, date('2000-01-01', g.delegated_until || ' days'))
FROM json_each(:entries) j
JOIN guardian g ON g.school = :school
	AND g.pupil = CAST(json_extract(j.value, '$.pupil') AS INTEGER)
	AND g.guardian = CAST(json_extract(j.value, '$.guardian') AS INTEGER)
JOIN pupil p ON p.school = g.school AND p.pupil = g.pupil
WHERE g.delegated_until <= :given_on;
SELECT refuse('R3.no_notice', :notice)
WHERE NOT EXISTS (SELECT 1 FROM consent_notice WHERE version = :notice);
SELECT refuse('R3.before_notice', date('2000-01-01', :given_on || ' days'),
	date('2000-01-01', n.from_on || ' days'), (SELECT group_concat(name, '、') FROM (SELECT p.name FROM json_each(:entries) j
	JOIN pupil p ON p.school = :school AND p.pupil = CAST(json_extract(j.value, '$.pupil') AS INTEGER) LIMIT 3)))
FROM consent_notice n WHERE n.version = :notice AND :given_on < n.from_on;
SELECT refuse('R3.how', json_extract(j.value, '$.how')) FROM json_each(:entries) j
WHERE json_extract(j.value, '$.how') NOT BETWEEN 1 AND 4;
SELECT refuse('R3.no_witness', (SELECT name FROM pupil WHERE school = :school
	AND pupil = CAST(json_extract(j.value, '$.pupil') AS INTEGER)),
	date('2000-01-01', :given_on || ' days'))
FROM json_each(:entries) j
WHERE json_extract(j.value, '$.how') = 4 AND trim(coalesce(:witness, '')) = '';
SELECT refuse('R3.slots', json_extract(j.value, '$.slots')) FROM json_each(:entries) j
WHERE json_extract(j.value, '$.slots') NOT BETWEEN 1 AND 3;
SELECT refuse('R3.weekdays', json_extract(j.value, '$.weekdays')) FROM json_each(:entries) j
WHERE json_extract(j.value, '$.weekdays') NOT BETWEEN 1 AND 127;
INSERT INTO consent (school, pupil, consent, guardian, notice, choice, slots, weekdays,
	how, witness, given_on, at, by_staff)
SELECT :school, CAST(json_extract(value, '$.pupil') AS INTEGER), new_id(),
	CAST(json_extract(value, '$.guardian') AS INTEGER), :notice,
	coalesce(json_extract(value, '$.choice') <> 0, 1),
	coalesce(CAST(json_extract(value, '$.slots') AS INTEGER), 2),
	coalesce(CAST(json_extract(value, '$.weekdays') AS INTEGER), 31),
	coalesce(CAST(json_extract(value, '$.how') AS INTEGER), 1),
	CASE WHEN json_extract(value, '$.how') = 4 THEN :witness END, :given_on, now_ms(), :staff
FROM json_each(:entries);
SELECT count(*) AS recorded FROM json_each(:entries);
