-- about: Two children with one student number; children in no class.
-- about_zh: 学籍号相同的两个孩子；没有编班的孩子。
-- roles: teacher head clerk lead auditor
-- params:
-- requires: R19
SELECT p.school, p.pupil, p.student_no, 'same_number' AS what FROM pupil p
WHERE (:school IS NULL OR p.school = :school) AND p.same_as IS NULL AND EXISTS (SELECT 1 FROM pupil q WHERE q.school = p.school
	AND q.pupil <> p.pupil AND q.student_no = p.student_no AND q.same_as IS NULL)
UNION ALL
SELECT o.school, o.pupil, o.student_no, 'no_enrolment' FROM pupil o
WHERE (:school IS NULL OR o.school = :school) AND o.same_as IS NULL AND NOT EXISTS (SELECT 1 FROM enrolment e
	WHERE e.school = o.school AND e.pupil = o.pupil)
ORDER BY 1, 2;
