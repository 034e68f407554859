-- about: A child that asked gets no place, with the reason; never one with priority while one without stays.
-- about_zh: 没有安排的孩子：名额不够，写明原因；有优先的不能让给没有优先的。
-- roles: head
-- params: pupil:i reason:t undone:b?
-- scope: school
-- audit: pupil
-- requires: R6
SELECT refuse('R19.no_pupil', :pupil)
WHERE NOT EXISTS (SELECT 1 FROM pupil WHERE school = :school AND pupil = :pupil);
SELECT refuse('R6.no_reason', (SELECT name FROM pupil WHERE school = :school AND pupil = :pupil))
WHERE trim(:reason) = '';
SELECT refuse('R6.no_request', (SELECT name FROM pupil WHERE school = :school AND pupil = :pupil))
WHERE NOT EXISTS (SELECT 1 FROM place_wish WHERE school = :school AND pupil = :pupil);
SELECT refuse('R6.has_priority', a.name, b.name) FROM place_wish a
JOIN place_wish b ON b.school = a.school AND b.site = a.site AND b.priorities = 0 AND b.refused = 0
WHERE a.school = :school AND a.pupil = :pupil AND a.priorities > 0 AND coalesce(:undone, 0) = 0
LIMIT 1;
SELECT refuse('R6.has_priority', b.name, a.name) FROM place_wish a
JOIN place_wish b ON b.school = a.school AND b.site = a.site AND b.priorities > 0 AND b.refused = 1
WHERE a.school = :school AND a.pupil = :pupil AND a.priorities = 0 AND :undone = 1 LIMIT 1;
INSERT INTO place_refusal (school, pupil, school_year, reason, undone, at, by_staff)
SELECT :school, :pupil, school_year, :reason, coalesce(:undone, 0), now_ms(), :staff
FROM place_wish WHERE school = :school AND pupil = :pupil
ON CONFLICT DO UPDATE SET reason = excluded.reason, undone = excluded.undone,
	at = excluded.at, by_staff = excluded.by_staff;
