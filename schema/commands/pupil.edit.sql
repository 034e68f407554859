-- about: Corrects what is known of a child; also the answer to two records that disagree.
-- about_zh: 更正孩子的资料：姓名、性别、出生日期、学籍号；也用来在两份不一致的记录里选一份。
-- roles: teacher head clerk
-- params: pupil:i name:t? sex:i? birth:t? student_no:t? same_as:i?
-- scope: school
-- audit: name student_no
-- requires: R18 R19
SELECT refuse('R19.no_pupil', :pupil)
WHERE NOT EXISTS (SELECT 1 FROM pupil WHERE school = :school AND pupil = :pupil);
SELECT refuse('R19.no_name') WHERE trim(:name) = '';
SELECT refuse('R19.sex', :sex) WHERE :sex NOT IN (0, 1, 2, 9);
SELECT refuse('R19.student_no', coalesce(:name, (SELECT name FROM pupil WHERE school = :school AND pupil = :pupil)),
	:student_no) WHERE student_no_fault(:student_no) = 'student_no' AND :student_no <> '';
SELECT refuse('R19.check_digit', coalesce(:name, (SELECT name FROM pupil WHERE school = :school AND pupil = :pupil)),
	:student_no) WHERE student_no_fault(:student_no) = 'check_digit';
SELECT refuse('R19.birth', coalesce(:name, (SELECT name FROM pupil WHERE school = :school AND pupil = :pupil)), :birth)
WHERE :birth <> '' AND birth_of(:birth) IS NULL;
SELECT refuse('R19.same_number', :student_no)
WHERE EXISTS (SELECT 1 FROM pupil WHERE school = :school AND pupil <> :pupil
	AND student_no = upper(:student_no) AND same_as IS NULL);
SELECT refuse('R19.same_as', :same_as)
WHERE :same_as = :pupil OR :same_as IS NOT NULL
	AND NOT EXISTS (SELECT 1 FROM pupil WHERE school = :school AND pupil = :same_as);
UPDATE pupil SET name = coalesce(:name, name), sex = coalesce(:sex, sex),
	birth = coalesce(birth_of(:birth), :birth, birth), student_no = coalesce(upper(:student_no), student_no),
	same_as = coalesce(:same_as, same_as)
WHERE school = :school AND pupil = :pupil;
SELECT pupil, name, sex, birth, student_no, same_as
FROM pupil WHERE school = :school AND pupil = :pupil;
