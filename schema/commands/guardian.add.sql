-- about: Adds a guardian or delegated carer of a child.
-- about_zh: 登记孩子的监护人或受委托照看人。
-- roles: teacher head
-- params: pupil:i name:t phone:t? relation:i?
-- scope: school
-- audit: name
-- requires: R3 R18
SELECT refuse('R19.no_pupil', :pupil)
WHERE NOT EXISTS (SELECT 1 FROM pupil WHERE school = :school AND pupil = :pupil);
SELECT refuse('R19.no_name') WHERE trim(:name) = '';
SELECT refuse('R3.relation', :relation) WHERE :relation NOT BETWEEN 0 AND 6;
INSERT INTO guardian (school, pupil, guardian, name, phone, relation)
VALUES (:school, :pupil, :new_id, :name, :phone, coalesce(:relation, 0));
SELECT guardian, pupil, name FROM guardian
WHERE school = :school AND pupil = :pupil AND guardian = :new_id;
