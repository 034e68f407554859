-- about: Corrects what is kept of somebody who may fetch a child: name, telephone, relation.
-- about_zh: 更正接送人：姓名、电话、关系。
-- roles: teacher head
-- params: pupil:i collector:i name:t? phone:t? relation:i?
-- scope: school
-- audit: name
-- requires: R18 R12
SELECT refuse('R12.no_collector', :collector)
WHERE NOT EXISTS (SELECT 1 FROM collector
	WHERE school = :school AND pupil = :pupil AND collector = :collector AND ended_on IS NULL);
SELECT refuse('R19.no_name') WHERE trim(:name) = '';
SELECT refuse('R3.relation', :relation) WHERE :relation NOT BETWEEN 0 AND 6;
UPDATE collector SET name = coalesce(:name, name), phone = coalesce(:phone, phone),
	relation = coalesce(:relation, relation)
WHERE school = :school AND pupil = :pupil AND collector = :collector;
SELECT collector, pupil, name FROM collector
WHERE school = :school AND pupil = :pupil AND collector = :collector;
