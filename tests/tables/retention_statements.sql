-- Statements of the tests of retention.

-- name: session
INSERT INTO session (school, date, slot, site, grp, staff, at) VALUES (:school, :day, 2, 0, 0, 7, now_ms())
-- name: mark
INSERT INTO attendance (school, date, slot, site, grp, pupil, state, at, by_staff, reason)
SELECT :school, :day, 2, 0, 0, p.pupil, 2, now_ms(), 7, :words FROM pupil p WHERE p.school = :school AND p.name = :name
-- name: marks
SELECT count(*) FROM attendance WHERE school = :school
-- name: addresses
SELECT count(*) FROM pupil WHERE school = :school AND address IS NOT NULL
-- name: named
SELECT pupil FROM pupil WHERE school = :school AND name = :name
-- name: erase
INSERT INTO erasure (school, person, reason, at, by_staff) SELECT :school, p.pupil, 1, now_ms(), 7 FROM pupil p WHERE p.school = :school AND p.name = :name
