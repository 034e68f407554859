-- Statements of the simulation over the real schema.

-- name: pupil_add
INSERT INTO pupil (school, pupil, name, sex, address) VALUES (school(), new_id(), :name, 1, :address)
-- name: pupil_rename
UPDATE pupil SET name = :name WHERE (school, pupil) IN (SELECT school, pupil FROM pupil
	WHERE school = :school ORDER BY pupil LIMIT 1 OFFSET :nth)
-- name: pupil_sex
UPDATE pupil SET sex = :sex WHERE (school, pupil) IN (SELECT school, pupil FROM pupil
	WHERE school = :school ORDER BY pupil LIMIT 1 OFFSET :nth)
-- name: pupil_remove
DELETE FROM pupil WHERE (school, pupil) IN (SELECT school, pupil FROM pupil
	WHERE school = :school ORDER BY pupil LIMIT 1 OFFSET :nth)
-- name: pupil_count
SELECT count(*) FROM pupil WHERE :school = 0 OR school = :school
-- name: address_count
SELECT count(address) FROM pupil WHERE school = :school
