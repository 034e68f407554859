-- about: A guardian was asked for the consent that is still to follow.
-- about_zh: 催补同意书：哪天、怎样催过家长。
-- roles: teacher head
-- params: pupil:i on:d how:i? words:t?
-- scope: school
-- requires: R3
SELECT refuse('R19.no_pupil', :pupil)
WHERE NOT EXISTS (SELECT 1 FROM pupil WHERE school = :school AND pupil = :pupil);
SELECT refuse('R3.chase_how', :how) WHERE :how NOT BETWEEN 1 AND 3;
INSERT INTO chase (school, pupil, chase, chased_on, how, words, by_staff)
VALUES (:school, :pupil, :new_id, :on, coalesce(:how, 1), :words, :staff);
SELECT pupil, count(*) AS times FROM chase WHERE school = :school AND pupil = :pupil;
