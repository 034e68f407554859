-- about: Adds a guardian or delegated carer (6) of a child; who delegated the care, and until when.
-- about_zh: 登记孩子的监护人或受委托照护人（6）；委托照护写明委托人和期限。
-- roles: teacher head
-- params: pupil:i name:t phone:t? relation:i? delegated_by:i? delegated_until:d?
-- scope: school
-- audit: name
-- requires: R3 R18
SELECT refuse('R19.no_pupil', :pupil)
WHERE NOT EXISTS (SELECT 1 FROM pupil WHERE school = :school AND pupil = :pupil);
SELECT refuse('R19.no_name') WHERE trim(:name) = '';
SELECT refuse('R3.relation', :relation) WHERE :relation NOT BETWEEN 0 AND 6;
SELECT refuse('R3.delegated_by', :delegated_by) WHERE :delegated_by IS NOT NULL
	AND NOT EXISTS (SELECT 1 FROM guardian WHERE school = :school AND pupil = :pupil
		AND guardian = :delegated_by AND relation <> 6);
INSERT INTO guardian (school, pupil, guardian, name, phone, relation, delegated_by,
	delegated_until)
VALUES (:school, :pupil, :new_id, :name, :phone, coalesce(:relation, 0), :delegated_by,
	:delegated_until);
SELECT guardian, pupil, name FROM guardian
WHERE school = :school AND pupil = :pupil AND guardian = :new_id;
