-- about: A child came from another school; the guardian chooses anew.
-- about_zh: 孩子转入：从哪所学校来；家长要重新选择。
-- roles: teacher head
-- params: pupil:i on:d other_school:i? note:t?
-- scope: school
-- audit: pupil other_school
-- requires: R19
SELECT refuse('R19.no_pupil', :pupil)
WHERE NOT EXISTS (SELECT 1 FROM pupil WHERE school = :school AND pupil = :pupil);
SELECT refuse('R19.arrived_already', p.name, date('2000-01-01', :on || ' days'))
FROM pupil p JOIN transfer t ON t.school = p.school AND t.pupil = p.pupil
WHERE p.school = :school AND p.pupil = :pupil AND t.direction = 2 AND t.moved_on = :on;
INSERT INTO transfer (school, pupil, transfer, direction, moved_on, other_school, note,
	by_staff)
VALUES (:school, :pupil, :new_id, 2, :on, :other_school, :note, :staff);
UPDATE enrolment SET from_on = :on
WHERE school = :school AND pupil = :pupil AND from_on IS NULL
	AND school_year = CAST(strftime('%Y', '2000-01-01', :on || ' days', '-8 months')
		AS INTEGER);
SELECT pupil, direction FROM transfer
WHERE school = :school AND pupil = :pupil AND transfer = :new_id;
