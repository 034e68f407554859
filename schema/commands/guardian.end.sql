-- about: Somebody is no longer a guardian or carer of the child; what was chosen stays as it was.
-- about_zh: 不再是监护人：从某天起；以前做的选择不变。
-- roles: teacher head
-- params: pupil:i guardian:i on:d
-- scope: school
-- requires: R3
SELECT refuse('R3.no_guardian', coalesce((SELECT name FROM pupil
	WHERE school = :school AND pupil = :pupil), :pupil))
WHERE NOT EXISTS (SELECT 1 FROM guardian
	WHERE school = :school AND pupil = :pupil AND guardian = :guardian);
UPDATE guardian SET ended_on = :on
WHERE school = :school AND pupil = :pupil AND guardian = :guardian;
