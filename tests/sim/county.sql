-- Statements of the simulation over the real schema.

-- name: pupil_add
INSERT INTO pupil (school, pupil, name, sex, address) VALUES (school(), new_id(), :name, 1, :address)
-- name: pupil_rename
UPDATE pupil SET name = :name WHERE (school, pupil) IN (SELECT school, pupil FROM pupil
	WHERE school = :school ORDER BY pupil LIMIT 1 OFFSET :nth)
-- name: pupil_sex
UPDATE pupil SET sex = :sex WHERE (school, pupil) IN (SELECT school, pupil FROM pupil
	WHERE school = :school ORDER BY pupil LIMIT 1 OFFSET :nth)
-- name: pupil_address
UPDATE pupil SET address = :address WHERE (school, pupil) IN (SELECT school, pupil FROM pupil
	WHERE school = :school ORDER BY pupil LIMIT 1 OFFSET :nth)
-- name: pupil_with_name
SELECT min(pupil) FROM pupil WHERE school = :school AND name IS NOT NULL
-- name: pupil_remove
DELETE FROM pupil WHERE (school, pupil) IN (SELECT school, pupil FROM pupil
	WHERE school = :school ORDER BY pupil LIMIT 1 OFFSET :nth)
-- name: pupil_count
SELECT count(*) FROM pupil WHERE :school = 0 OR school = :school
-- name: address_count
SELECT count(address) FROM pupil WHERE school = :school
-- name: pupil_erase
INSERT INTO erasure (school, person, reason) SELECT school, pupil, 1 FROM pupil
	WHERE school = :school ORDER BY pupil LIMIT 1 OFFSET :nth
-- name: named_count
SELECT count(name) FROM pupil WHERE school = :school
-- name: pupil_gone
DELETE FROM pupil WHERE school = :school AND pupil = :pupil
-- name: pupil_again
INSERT INTO pupil (school, pupil, name, sex) VALUES (:school, :pupil, :name, :sex)
-- name: message_forged
INSERT INTO message (message, to_school, title) VALUES (:pupil, 0, :name)
-- name: pupil_named
SELECT pupil FROM pupil WHERE school = :school AND name = :name
-- name: incident_named
SELECT incident FROM incident WHERE school = :school AND what = :name
-- name: message_named
SELECT message FROM message WHERE title = :name
-- name: all_pupils
SELECT school, pupil, 0, name, sex, birth, address FROM pupil
-- name: all_pupils_newer
SELECT school, pupil, 0, name, sex, birth, address, later FROM pupil
-- name: all_marks
SELECT school, pupil, date * 4 + slot, state, at, reason FROM attendance
-- name: all_incidents
SELECT school, incident, 0, what FROM incident
-- name: all_messages
SELECT 0, message, 0, title FROM message
-- name: all_erasures
SELECT school, person, 0, reason FROM erasure
-- name: pupil_later
UPDATE pupil SET later = :sex WHERE school = :school AND pupil = :pupil
-- name: keywrap_recipients
SELECT recipient FROM keywrap
-- name: incident_forged
INSERT INTO incident (school, incident, kind, place, what) VALUES (:school, :pupil, 9, '院', :name)
