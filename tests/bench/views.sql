-- Statements of bench_views: schools 1 .. :schools with 250 children in ten classes,
-- :days days of one session a class.

-- name: policy
INSERT INTO policy (version, from_on, title) VALUES (1, 7000, 'plan')
-- name: window
INSERT INTO policy_window (version, no, from_md, until_md, slot, begin_min, end_min)
VALUES (1, 1, 901, 831, 2, 960, 1080)
-- name: notice
INSERT INTO consent_notice (version, from_on, title, body) VALUES (1, 7000, 'n', 'n')
-- name: site
WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < :schools)
INSERT INTO site (school, site, name, class, kind) SELECT 2141018000 + n, 0, 'site', 220, 1 FROM s
-- name: staff
WITH RECURSIVE g (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM g WHERE n < 10)
INSERT INTO staff (school, staff, name, roles, checked_on)
SELECT school, n, 'staff ' || n, 3, 7000 FROM site JOIN g
-- name: pupil
WITH RECURSIVE p (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM p WHERE n < 250)
INSERT INTO pupil (school, pupil, name, sex) SELECT school, n, 'child ' || n, 1 FROM site JOIN p
-- name: enrolment
INSERT INTO enrolment (school, pupil, school_year, entry_year, class)
SELECT school, pupil, 2020, 2020 - pupil % 5, 1 + pupil / 5 % 2 FROM pupil
-- name: left
WITH RECURSIVE p (n) AS (SELECT 1001 UNION ALL SELECT n + 1 FROM p WHERE n < 1080)
INSERT INTO enrolment (school, pupil, school_year, entry_year, class)
SELECT school, n, 2014, 2009, 1 FROM site JOIN p
-- name: guardian
INSERT INTO guardian (school, pupil, guardian, name, relation)
SELECT school, pupil, 1, 'carer', 1 FROM pupil
-- name: consent
INSERT INTO consent (school, pupil, consent, guardian, notice, given_on, at, by_staff)
SELECT school, pupil, 1, 1, 1, 7549, 1598918400000, 1 FROM pupil
-- name: session
WITH RECURSIVE d (n) AS (SELECT 7549 UNION ALL SELECT n + 1 FROM d WHERE n < 7548 + :days)
INSERT INTO session (school, date, slot, site, grp, staff, at, policy, begin_min, end_min)
SELECT e.school, d.n, 2, 0, e.grp, 1 + e.grp / 100 % 5 * 2 + e.grp % 2,
	(d.n + 10957) * 86400000 + 28800000 + e.grp % 1000 * 1000, 1, 960, 1080
FROM d JOIN (SELECT DISTINCT school, entry_year * 100 + class AS grp FROM enrolment
	WHERE school_year = 2020) e
-- name: attendance
WITH RECURSIVE d (n) AS (SELECT 7549 UNION ALL SELECT n + 1 FROM d WHERE n < 7548 + :days)
INSERT INTO attendance (school, date, slot, site, grp, pupil, state, at, by_staff)
SELECT school, d.n, 2, 0, entry_year * 100 + class, pupil, 1 + (pupil % 12 = d.n % 12),
	(d.n + 10957) * 86400000 + 28800000, 1 FROM d JOIN enrolment
WHERE school_year = 2020
-- name: leaving
INSERT INTO leaving (school, date, slot, site, grp, pupil, how, at, by_staff)
SELECT school, date, slot, site, grp, pupil, 1, at + 7200000, 1 FROM attendance WHERE state = 1
-- name: closing
INSERT INTO closing (school, date, slot, site, grp, at, by_staff)
SELECT school, date, slot, site, grp, at + 7200000, staff FROM session
