-- about: Records the choices of a class list, one record each: pupils who were ticked, each with its guardian.
-- about_zh: 登记同意书：一个班里勾选的孩子，每人一条，写明是哪位家长。
-- roles: teacher head
-- params: pupils:j notice:i given_on:d slots:i? weekdays:i? how:i? witness:t?
-- scope: school
-- audit: pupils
-- requires: R3
SELECT refuse('R19.no_pupil', j.value) FROM json_each(:pupils) j
WHERE NOT EXISTS (SELECT 1 FROM pupil
	WHERE school = :school AND pupil = CAST(j.value AS INTEGER));
SELECT refuse('R3.no_guardian', p.name) FROM json_each(:pupils) j
JOIN pupil p ON p.school = :school AND p.pupil = CAST(j.value AS INTEGER)
WHERE NOT EXISTS (SELECT 1 FROM guardian g WHERE g.school = :school AND g.pupil = p.pupil
	AND coalesce(g.ended_on, 1 << 30) > :given_on
	AND coalesce(g.delegated_until, 1 << 30) > :given_on);
SELECT refuse('R3.no_notice', :notice)
WHERE NOT EXISTS (SELECT 1 FROM consent_notice WHERE version = :notice);
SELECT refuse('R3.before_notice', date('2000-01-01', :given_on || ' days'),
	date('2000-01-01', n.from_on || ' days'), (SELECT group_concat(name, '、') FROM (SELECT p.name FROM json_each(:pupils) j
	JOIN pupil p ON p.school = :school AND p.pupil = CAST(j.value AS INTEGER) LIMIT 3)))
FROM consent_notice n WHERE n.version = :notice AND :given_on < n.from_on;
SELECT refuse('R3.how', :how) WHERE :how NOT BETWEEN 1 AND 4;
SELECT refuse('R3.no_witness', (SELECT group_concat(name, '、') FROM (SELECT p.name FROM json_each(:pupils) j
	JOIN pupil p ON p.school = :school AND p.pupil = CAST(j.value AS INTEGER) LIMIT 3)),
	date('2000-01-01', :given_on || ' days')) WHERE :how = 4 AND trim(coalesce(:witness, '')) = '';
SELECT refuse('R3.slots', :slots) WHERE :slots NOT BETWEEN 1 AND 3;
SELECT refuse('R3.weekdays', :weekdays) WHERE :weekdays NOT BETWEEN 1 AND 127;
INSERT INTO consent (school, pupil, consent, guardian, notice, choice, slots, weekdays,
	how, witness, given_on, at, by_staff)
SELECT :school, g.pupil, new_id(), min(g.guardian), :notice, 1, coalesce(:slots, 2),
	coalesce(:weekdays, 31), coalesce(:how, 1), :witness, :given_on, now_ms(), :staff
FROM guardian g
WHERE g.school = :school AND g.pupil IN (SELECT CAST(value AS INTEGER) FROM json_each(:pupils))
	AND coalesce(g.ended_on, 1 << 30) > :given_on
	AND coalesce(g.delegated_until, 1 << 30) > :given_on
GROUP BY g.pupil;
SELECT count(*) AS recorded FROM json_each(:pupils);
