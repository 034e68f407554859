-- about: A child leaves the school; its record ends on that day, late corrections stay possible.
-- about_zh: 孩子转走、毕业：从哪天起；以后还可以更正以前的记录。
-- roles: teacher head
-- params: pupil:i on:d other_school:i? note:t?
-- scope: school
-- audit: pupil other_school
-- requires: R19
SELECT refuse('R19.no_pupil', :pupil)
WHERE NOT EXISTS (SELECT 1 FROM pupil WHERE school = :school AND pupil = :pupil);
SELECT refuse('R19.left_already', p.name, date('2000-01-01', e.until_on || ' days'))
FROM pupil p JOIN enrolment e ON e.school = p.school AND e.pupil = p.pupil
	AND e.school_year = (SELECT max(x.school_year) FROM enrolment x
		WHERE x.school = p.school AND x.pupil = p.pupil)
WHERE p.school = :school AND p.pupil = :pupil AND e.until_on <= :on;
-- A date of before the first day here is a mistyped year.
SELECT refuse('R19.left_before', p.name, date('2000-01-01', :on || ' days'),
	date('2000-01-01', e.first_on || ' days'))
FROM pupil p, (SELECT min(coalesce(from_on, julianday(school_year || '-07-01') - 2451544.5)) AS first_on
	FROM enrolment WHERE school = :school AND pupil = :pupil) e
WHERE p.school = :school AND p.pupil = :pupil AND :on < e.first_on;
UPDATE enrolment SET until_on = :on
WHERE school = :school AND pupil = :pupil AND school_year = (SELECT max(x.school_year)
	FROM enrolment x WHERE x.school = :school AND x.pupil = :pupil);
INSERT INTO transfer (school, pupil, transfer, direction, moved_on, other_school, note,
	by_staff)
VALUES (:school, :pupil, :new_id, 1, :on, :other_school, :note, :staff);
SELECT pupil, date('2000-01-01', until_on || ' days') AS until_on FROM enrolment
WHERE school = :school AND pupil = :pupil ORDER BY school_year DESC LIMIT 1;
