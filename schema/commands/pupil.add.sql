-- about: Adds a child, in a class of a school year.
-- about_zh: 登记一个孩子：姓名，编到哪个学年的哪个班。
-- roles: teacher head
-- params: name:t sex:i? birth:t? student_no:t? school_year:i grade:i class:i? site:i? from_on:d? slots:i?
-- scope: school
-- audit: name student_no
-- requires: R19 R6
SELECT refuse('R19.no_name') WHERE trim(:name) = '';
SELECT refuse('R19.sex', :sex) WHERE :sex NOT IN (0, 1, 2, 9);
SELECT refuse('R19.grade', :grade) WHERE :grade NOT BETWEEN 1 AND 9;
SELECT refuse('R19.year', :school_year) WHERE :school_year NOT BETWEEN 2000 AND 2199;
SELECT refuse('R19.student_no', :name,
	:student_no) WHERE student_no_fault(:student_no) = 'student_no' AND :student_no <> '';
SELECT refuse('R19.check_digit', :name,
	:student_no) WHERE student_no_fault(:student_no) = 'check_digit';
SELECT refuse('R19.birth', :name, :birth) WHERE :birth <> '' AND birth_of(:birth) IS NULL;
SELECT refuse('R1.no_site', :site) WHERE :site > 0
	AND NOT EXISTS (SELECT 1 FROM site WHERE school = :school AND site = :site);
SELECT refuse('R19.same_number', :student_no)
WHERE EXISTS (SELECT 1 FROM pupil
	WHERE school = :school AND student_no = upper(:student_no) AND same_as IS NULL);
INSERT INTO pupil (school, pupil, name, sex, birth, student_no)
VALUES (:school, :new_id, :name, coalesce(:sex, 0), birth_of(:birth), nullif(upper(:student_no), ''));
INSERT INTO enrolment (school, pupil, school_year, site, entry_year, class, from_on)
VALUES (:school, :new_id, :school_year, coalesce(:site, 0), :school_year - :grade + 1,
	coalesce(:class, 1), :from_on);
INSERT INTO request (school, pupil, school_year, slots, wanted, source, at)
SELECT :school, :new_id, :school_year, :slots, 1, 2, now_ms() WHERE :slots > 0;
SELECT pupil, name FROM pupil WHERE school = :school AND pupil = :new_id;
