-- about: Adds somebody who may fetch a child.
-- about_zh: 登记接送人：可以来接孩子的人。
-- roles: teacher head guard
-- params: pupil:i name:t phone:t? relation:i?
-- scope: school
-- audit: name
-- requires: R12
SELECT refuse('R19.no_pupil', :pupil)
WHERE NOT EXISTS (SELECT 1 FROM pupil WHERE school = :school AND pupil = :pupil);
SELECT refuse('R19.no_name') WHERE trim(:name) = '';
INSERT INTO collector (school, pupil, collector, name, phone, relation)
VALUES (:school, :pupil, :new_id, :name, :phone, coalesce(:relation, 5));
SELECT collector, pupil, name FROM collector
WHERE school = :school AND pupil = :pupil AND collector = :new_id;
