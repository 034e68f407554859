-- about: A leaving was entered by mistake: the child is still here.
-- roles: teacher head
-- params: date:d slot:i pupil:i
-- scope: school
-- audit: pupil
-- requires: R1
DELETE FROM leaving
WHERE school = :school AND date = :date AND slot = :slot AND pupil = :pupil;
