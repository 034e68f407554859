-- Statements of bench_year: a day of a school of 250 children in ten classes.

-- name: pupil
WITH RECURSIVE p (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM p WHERE n < 250)
INSERT INTO pupil (school, pupil, name, sex) SELECT :school, 1000 + n, '学生' || n, 1 + n % 2 FROM p
-- name: enrolment
INSERT INTO enrolment (school, pupil, school_year, entry_year, class)
SELECT school, pupil, 2026, 2026 - pupil % 5, 1 + pupil / 5 % 2 FROM pupil WHERE school = :school
-- name: guardian
INSERT INTO guardian (school, pupil, guardian, name, relation, phone)
SELECT school, pupil, 1, '家长' || pupil, 1, '1380000' || pupil FROM pupil WHERE school = :school
-- name: consent
INSERT INTO consent (school, pupil, consent, guardian, notice, given_on, at, by_staff)
SELECT school, pupil, 1, 1, 1, 9740, now_ms(), 1 FROM pupil WHERE school = :school
-- name: session
INSERT INTO session (school, date, slot, site, grp, staff, at, policy, begin_min, end_min)
VALUES (:school, :date, :slot, 0, :grp, staff(), now_ms(), 1, 960, 1080)
-- name: roll
INSERT INTO attendance (school, date, slot, site, grp, pupil, state, at, by_staff)
SELECT e.school, :date, :slot, 0, :grp, e.pupil, 1 + (e.pupil * 31 % 23 = :date % 23), now_ms(), staff()
FROM enrolment e WHERE e.school = :school AND e.entry_year * 100 + e.class = :grp
-- name: correct
UPDATE attendance SET state = 2, reason = '看错了', at = now_ms(), by_staff = staff()
WHERE school = :school AND date = :date AND slot = :slot AND site = 0 AND grp = :grp AND pupil = :pupil
-- name: leave
INSERT INTO leaving (school, date, slot, site, grp, pupil, how, at, by_staff)
SELECT school, date, slot, site, grp, pupil, 1, now_ms(), staff() FROM attendance
WHERE school = :school AND date = :date AND slot = :slot AND site = 0 AND grp = :grp
	AND pupil = :pupil AND state = 1
-- name: back
INSERT INTO leaving (school, date, slot, site, grp, pupil, how, at, by_staff)
SELECT school, date, slot, site, grp, pupil, 7, now_ms(), staff() FROM attendance
WHERE school = :school AND date = :date AND slot = :slot AND site = 0 AND grp = :grp AND state = 1
-- name: handover
INSERT INTO handover (school, date, slot, site, grp, no, from_staff, to_staff, expected, counted,
	at, by_staff)
VALUES (:school, :date, :slot, 0, :grp, 1, staff(), 2, 24, 24, now_ms(), staff())
-- name: closing
INSERT INTO closing (school, date, slot, site, grp, at, by_staff)
VALUES (:school, :date, :slot, 0, :grp, now_ms(), staff())
