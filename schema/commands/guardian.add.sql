-- about: Adds a guardian or delegated carer (6) of a child; who delegated the care, and until when.
-- about_zh: 登记监护人：父母、祖父母，或委托照护人；委托的写明谁委托、到哪天。
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
