-- about: Puts a child into a class of a school year: a walk-in, a child that changes its class, one that came back.
-- about_zh: 编班：临时来的、换班的、回校的孩子。
-- roles: teacher head
-- params: pupil:i school_year:i grade:i class:i? site:i? from_on:d?
-- scope: school
-- audit: pupil grade class
-- requires: R19
SELECT refuse('R19.no_pupil', :pupil)
WHERE NOT EXISTS (SELECT 1 FROM pupil WHERE school = :school AND pupil = :pupil);
SELECT refuse('R19.grade', :grade) WHERE :grade NOT BETWEEN 1 AND 9;
SELECT refuse('R19.year', :school_year) WHERE :school_year NOT BETWEEN 2000 AND 2199;
SELECT refuse('R1.no_site', :site) WHERE :site > 0
	AND NOT EXISTS (SELECT 1 FROM site WHERE school = :school AND site = :site);
INSERT INTO enrolment (school, pupil, school_year, site, entry_year, class, from_on)
VALUES (:school, :pupil, :school_year, coalesce(:site, 0), :school_year - :grade + 1,
	coalesce(:class, 1), :from_on)
ON CONFLICT DO UPDATE SET site = coalesce(:site, site), entry_year = excluded.entry_year,
	class = coalesce(:class, class), from_on = coalesce(:from_on, from_on), until_on = NULL;
SELECT pupil, grade, class, site FROM place
WHERE school = :school AND pupil = :pupil AND school_year = :school_year;
