-- about: Two children with one student number; children in no class; an hour that counts twice for one child; a double of a double; marks and leavings under a number that no child here has.
-- about_zh: 请核对·学生：学籍号相同的；没有编班的；同一时段记了两次的；合并记录没对上的；查无此号的。
-- roles: teacher head clerk lead auditor
-- params: from_on:d? until_on:d?
-- requires: R19
-- ask: school
SELECT p.school, p.pupil, p.student_no, 'same_number' AS what FROM pupil p
WHERE (:school IS NULL OR p.school = :school) AND p.same_as IS NULL AND p.student_no IN (
	SELECT q.student_no FROM pupil q WHERE q.same_as IS NULL AND q.student_no IS NOT NULL
	GROUP BY q.school, q.student_no HAVING count(*) > 1)
	AND EXISTS (SELECT 1 FROM pupil r WHERE r.school = p.school AND r.pupil <> p.pupil
		AND r.student_no = p.student_no AND r.same_as IS NULL)
UNION ALL
SELECT o.school, o.pupil, o.student_no, 'no_enrolment' FROM pupil o
WHERE (:school IS NULL OR o.school = :school) AND o.same_as IS NULL AND NOT EXISTS (SELECT 1 FROM enrolment e
	WHERE e.school = o.school AND e.pupil = o.pupil)
UNION ALL
SELECT d.school, d.pupil, d.student_no, 'double_of_double' FROM pupil d
JOIN pupil x ON x.school = d.school AND x.pupil = d.same_as
WHERE (:school IS NULL OR d.school = :school) AND x.same_as IS NOT NULL
UNION ALL
SELECT n.root_school, n.root_pupil, date('2000-01-01', a.date || ' days'), 'hour_twice'
FROM (SELECT school FROM school_known WHERE :school IS NULL UNION SELECT :school WHERE :school IS NOT NULL) k
CROSS JOIN attendance a ON a.school = k.school
	AND a.date BETWEEN coalesce(:from_on, 0) AND coalesce(:until_on, 1 << 30)
JOIN person n ON n.school = a.school AND n.pupil = a.pupil
WHERE a.state = 1
GROUP BY n.root_school, n.root_pupil, a.date, a.slot HAVING count(*) > 1
UNION ALL
SELECT u.school, u.pupil, date('2000-01-01', min(u.date) || ' days'), 'unknown_child'
FROM (SELECT a.school, a.pupil, a.date
	FROM (SELECT school FROM school_known WHERE :school IS NULL UNION SELECT :school WHERE :school IS NOT NULL) k
	CROSS JOIN attendance a ON a.school = k.school
		AND a.date BETWEEN coalesce(:from_on, 0) AND coalesce(:until_on, 1 << 30)
	WHERE a.state = 1
	UNION ALL SELECT l.school, l.pupil, l.date
	FROM (SELECT school FROM school_known WHERE :school IS NULL UNION SELECT :school WHERE :school IS NOT NULL) k
	CROSS JOIN leaving l ON l.school = k.school
		AND l.date BETWEEN coalesce(:from_on, 0) AND coalesce(:until_on, 1 << 30)) u
WHERE NOT EXISTS (SELECT 1 FROM pupil p WHERE p.school = u.school AND p.pupil = u.pupil)
GROUP BY u.school, u.pupil
ORDER BY 1, 2;
