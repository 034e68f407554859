-- about: Corrects what is kept of a guardian: name, telephone, relation.
-- about_zh: 更正监护人：姓名、电话、关系。
-- roles: teacher head
-- params: pupil:i guardian:i name:t? phone:t? relation:i?
-- scope: school
-- audit: name
-- requires: R18 R3
SELECT refuse('R3.no_guardian', coalesce((SELECT name FROM pupil
	WHERE school = :school AND pupil = :pupil), :pupil))
WHERE NOT EXISTS (SELECT 1 FROM guardian
	WHERE school = :school AND pupil = :pupil AND guardian = :guardian AND ended_on IS NULL);
SELECT refuse('R19.no_name') WHERE trim(:name) = '';
SELECT refuse('R3.relation', :relation) WHERE :relation NOT BETWEEN 0 AND 6;
UPDATE guardian SET name = coalesce(:name, name), phone = coalesce(:phone, phone),
	relation = coalesce(:relation, relation)
WHERE school = :school AND pupil = :pupil AND guardian = :guardian;
SELECT guardian, pupil, name FROM guardian
WHERE school = :school AND pupil = :pupil AND guardian = :guardian;
