-- about: Persons whose names and private facts were erased.
-- about_zh: 已删除个人信息的人员。
-- roles: head clerk auditor
-- params:
-- requires: R18
SELECT school, person AS pupil, reason, guardian, at, by_staff FROM erasure
WHERE :school IS NULL OR school = :school
ORDER BY school, at, person;
