-- about: Records what a guardian chose against a version of the county's notice.
-- about_zh: 登记一个家长的选择：参加或不参加，按告知书的哪一版，哪天，怎样表示的。
-- roles: teacher head
-- params: pupil:i guardian:i notice:i given_on:d choice:b? slots:i? weekdays:i? how:i? witness:t?
-- scope: school
-- audit: pupil guardian choice
-- requires: R3
SELECT refuse('R19.no_pupil', :pupil)
WHERE NOT EXISTS (SELECT 1 FROM pupil WHERE school = :school AND pupil = :pupil);
SELECT refuse('R3.no_guardian', p.name) FROM pupil p
WHERE p.school = :school AND p.pupil = :pupil AND NOT EXISTS (SELECT 1 FROM guardian
	WHERE school = :school AND pupil = :pupil AND guardian = :guardian
	AND (ended_on IS NULL OR ended_on > :given_on));
SELECT refuse('R3.delegation_over', p.name, date('2000-01-01', g.delegated_until || ' days'))
FROM guardian g JOIN pupil p ON p.school = g.school AND p.pupil = g.pupil
WHERE g.school = :school AND g.pupil = :pupil AND g.guardian = :guardian
	AND g.delegated_until <= :given_on;
SELECT refuse('R3.no_notice', :notice)
WHERE NOT EXISTS (SELECT 1 FROM consent_notice WHERE version = :notice);
SELECT refuse('R3.before_notice', date('2000-01-01', :given_on || ' days'),
	date('2000-01-01', n.from_on || ' days'), (SELECT name FROM pupil WHERE school = :school AND pupil = :pupil))
FROM consent_notice n WHERE n.version = :notice AND :given_on < n.from_on;
SELECT refuse('R3.how', :how) WHERE :how NOT BETWEEN 1 AND 4;
SELECT refuse('R3.no_witness', (SELECT name FROM pupil WHERE school = :school AND pupil = :pupil),
	date('2000-01-01', :given_on || ' days')) WHERE :how = 4 AND trim(coalesce(:witness, '')) = '';
SELECT refuse('R3.slots', :slots) WHERE :slots NOT BETWEEN 1 AND 3;
SELECT refuse('R3.weekdays', :weekdays) WHERE :weekdays NOT BETWEEN 1 AND 127;
INSERT INTO consent (school, pupil, consent, guardian, notice, choice, slots, weekdays,
	how, witness, given_on, at, by_staff)
VALUES (:school, :pupil, :new_id, :guardian, :notice, coalesce(:choice, 1),
	coalesce(:slots, 2), coalesce(:weekdays, 31), coalesce(:how, 1), :witness,
	:given_on, now_ms(), :staff);
SELECT consent, pupil, guardian, notice, choice FROM consent
WHERE school = :school AND pupil = :pupil AND consent = :new_id;
