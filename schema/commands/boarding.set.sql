-- about: A child boards, in a dormitory of a school year; or no longer does.  How it goes home on which weekday is its way.
-- about_zh: 登记住校：哪个学年、哪间宿舍；或不再住校。星期几怎样回家另记在“平时怎样回家”。
-- roles: teacher head
-- params: pupil:i school_year:i dormitory:i? from_on:d? until_on:d?
-- scope: school
-- requires: R1 R13
SELECT refuse('R19.no_pupil', :pupil)
WHERE NOT EXISTS (SELECT 1 FROM pupil WHERE school = :school AND pupil = :pupil);
SELECT refuse('R19.year', :school_year) WHERE :school_year NOT BETWEEN 2000 AND 2199;
INSERT INTO boarding (school, pupil, school_year, dormitory, from_on, until_on)
VALUES (:school, :pupil, :school_year, :dormitory, :from_on, :until_on)
ON CONFLICT DO UPDATE SET dormitory = coalesce(:dormitory, dormitory),
	from_on = coalesce(:from_on, from_on), until_on = :until_on;
SELECT pupil, dormitory FROM boarding
WHERE school = :school AND pupil = :pupil AND school_year = :school_year;
