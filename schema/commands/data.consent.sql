-- about: Records whether a guardian agrees that data of the child are kept here, apart from taking part.  A refusal means a paper record, never exclusion.
-- about_zh: 登记保存资料的同意：和参不参加分开。家长不同意的用纸记，孩子照样参加。
-- roles: teacher head
-- params: pupil:i guardian:i choice:b given_on:d how:i? witness:t?
-- scope: school
-- audit: pupil choice
-- requires: R18
SELECT refuse('R19.no_pupil', :pupil)
WHERE NOT EXISTS (SELECT 1 FROM pupil WHERE school = :school AND pupil = :pupil);
SELECT refuse('R3.no_guardian', p.name) FROM pupil p
WHERE p.school = :school AND p.pupil = :pupil AND NOT EXISTS (SELECT 1 FROM guardian
	WHERE school = :school AND pupil = :pupil AND guardian = :guardian
	AND (ended_on IS NULL OR ended_on > :given_on));
SELECT refuse('R3.how', :how) WHERE :how NOT BETWEEN 1 AND 4;
SELECT refuse('R3.no_witness', (SELECT name FROM pupil WHERE school = :school AND pupil = :pupil),
	date('2000-01-01', :given_on || ' days')) WHERE :how = 4 AND trim(coalesce(:witness, '')) = '';
INSERT INTO data_consent (school, pupil, consent, guardian, choice, how, witness, given_on,
	at, by_staff)
VALUES (:school, :pupil, :new_id, :guardian, :choice, coalesce(:how, 1), :witness,
	:given_on, now_ms(), :staff);
UPDATE pupil SET address = NULL, health = NULL, allergy = NULL
WHERE school = :school AND pupil = :pupil AND :choice = 0
	AND coalesce(address, health, allergy) IS NOT NULL;
SELECT pupil, choice FROM data_consent
WHERE school = :school AND pupil = :pupil AND consent = :new_id;
