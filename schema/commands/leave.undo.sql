-- about: A leaving was entered by mistake: the child is still here.
-- about_zh: 离校登记错了：孩子还在校。
-- roles: teacher head guard
-- params: date:d slot:i pupil:i
-- scope: school
-- audit: pupil
-- requires: R1
DELETE FROM leaving
WHERE school = :school AND date = :date AND slot = :slot AND pupil = :pupil;
