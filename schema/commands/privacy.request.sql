-- about: A guardian asks to see (1), correct (2), erase (3) or stop using (4) what is kept of the child; answered within 15 days.
-- about_zh: 登记家长的要求：查阅、更正、删除、停止使用孩子的资料；15 天内答复。
-- roles: teacher head
-- params: pupil:i guardian:i kind:i on:d words:t?
-- scope: school
-- audit: pupil kind
-- requires: R18
SELECT refuse('R19.no_pupil', :pupil)
WHERE NOT EXISTS (SELECT 1 FROM pupil WHERE school = :school AND pupil = :pupil);
SELECT refuse('R3.no_guardian', p.name) FROM pupil p
WHERE p.school = :school AND p.pupil = :pupil AND NOT EXISTS (SELECT 1 FROM guardian
	WHERE school = :school AND pupil = :pupil AND guardian = :guardian
	AND (ended_on IS NULL OR ended_on > :on));
SELECT refuse('R18.request_kind', :kind) WHERE :kind NOT BETWEEN 1 AND 4;
INSERT INTO subject_request (school, pupil, request, guardian, kind, asked_on, due_on, words,
	by_staff)
VALUES (:school, :pupil, :new_id, :guardian, :kind, :on, :on + 15, :words, :staff);
SELECT request, date('2000-01-01', due_on || ' days') AS due_on FROM subject_request
WHERE school = :school AND pupil = :pupil AND request = :new_id;
