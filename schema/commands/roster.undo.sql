-- about: Takes back the last roster import at this machine, where nothing of its children was edited since.
-- about_zh: 撤销上次导入：导入以后又有了记录的不能撤销。
-- roles: teacher head
-- params:
-- scope: school
-- requires: R19
SELECT refuse('R19.nothing_to_undo') WHERE NOT EXISTS
	(SELECT 1 FROM roster_undo WHERE school = :school);
-- include roster_state
SELECT refuse('R19.edited_since', names, n) FROM (
	SELECT count(*) AS n, group_concat(name, '、') FILTER (WHERE rank <= 6) AS names FROM (
		SELECT coalesce(p.name, u.pupil) AS name, row_number() OVER (ORDER BY u.pupil) AS rank
		FROM roster_undo u
		LEFT JOIN roster_state s ON s.school = u.school AND s.pupil = u.pupil
		LEFT JOIN pupil p ON p.school = u.school AND p.pupil = u.pupil
		WHERE u.school = :school AND (s.state IS NOT u.after OR u.before IS NULL
			AND u.pupil IN (SELECT x.pupil FROM pupil_used x WHERE x.school = :school))))
WHERE n > 0;
DELETE FROM request WHERE school = :school AND EXISTS (SELECT 1 FROM roster_undo u
	WHERE u.school = :school AND u.pupil = request.pupil AND (u.before IS NULL
	OR NOT EXISTS (SELECT 1 FROM json_each(u.before, '$.request') j
		WHERE j.value ->> 0 = request.school_year)));
DELETE FROM priority WHERE school = :school AND EXISTS (SELECT 1 FROM roster_undo u
	WHERE u.school = :school AND u.pupil = priority.pupil AND (u.before IS NULL
	OR NOT EXISTS (SELECT 1 FROM json_each(u.before, '$.priority') j
		WHERE j.value ->> 0 = priority.kind)));
DELETE FROM guardian WHERE school = :school AND EXISTS (SELECT 1 FROM roster_undo u
	WHERE u.school = :school AND u.pupil = guardian.pupil AND (u.before IS NULL
	OR NOT EXISTS (SELECT 1 FROM json_each(u.before, '$.guardian') j
		WHERE j.value ->> 0 = guardian.guardian)));
DELETE FROM enrolment WHERE school = :school AND EXISTS (SELECT 1 FROM roster_undo u
	WHERE u.school = :school AND u.pupil = enrolment.pupil AND (u.before IS NULL
	OR NOT EXISTS (SELECT 1 FROM json_each(u.before, '$.enrolment') j
		WHERE j.value ->> 0 = enrolment.school_year)));
DELETE FROM pupil WHERE school = :school AND pupil IN
	(SELECT u.pupil FROM roster_undo u WHERE u.school = :school AND u.before IS NULL);
UPDATE pupil SET sex = u.before ->> '$.pupil[0]', birth = u.before ->> '$.pupil[1]',
	student_no = u.before ->> '$.pupil[2]', address = u.before ->> '$.pupil[3]'
FROM roster_undo u
WHERE u.school = :school AND pupil.school = :school AND pupil.pupil = u.pupil
	AND (sex IS NOT u.before ->> '$.pupil[0]' OR birth IS NOT u.before ->> '$.pupil[1]'
		OR student_no IS NOT u.before ->> '$.pupil[2]'
		OR address IS NOT u.before ->> '$.pupil[3]');
UPDATE enrolment SET entry_year = j.value ->> 1, class = j.value ->> 2
FROM roster_undo u, json_each(u.before, '$.enrolment') j
WHERE u.school = :school AND enrolment.school = :school AND enrolment.pupil = u.pupil
	AND enrolment.school_year = j.value ->> 0
	AND (entry_year IS NOT j.value ->> 1 OR class IS NOT j.value ->> 2);
UPDATE guardian SET phone = j.value ->> 1, relation = j.value ->> 2
FROM roster_undo u, json_each(u.before, '$.guardian') j
WHERE u.school = :school AND guardian.school = :school AND guardian.pupil = u.pupil
	AND guardian.guardian = j.value ->> 0
	AND (phone IS NOT j.value ->> 1 OR relation IS NOT j.value ->> 2);
UPDATE request SET slots = j.value ->> 1, wanted = j.value ->> 2, source = j.value ->> 3,
	at = j.value ->> 4
FROM roster_undo u, json_each(u.before, '$.request') j
WHERE u.school = :school AND request.school = :school AND request.pupil = u.pupil
	AND request.school_year = j.value ->> 0
	AND (slots IS NOT j.value ->> 1 OR wanted IS NOT j.value ->> 2
		OR source IS NOT j.value ->> 3 OR at IS NOT j.value ->> 4);
DELETE FROM roster_undo WHERE school = :school;
SELECT changes() AS children;
