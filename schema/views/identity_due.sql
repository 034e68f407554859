-- about: Children who left a year ago or more (years): the school's duty to know who they were ends, their names are to be erased.
-- about_zh: 该删除资料的孩子：离校满一年（或几年）的，学校不必再留姓名。
-- roles: head clerk auditor
-- params: date:d years:i?
-- requires: R19 R18
-- ask: school
SELECT e.school, e.pupil, p.name, date('2000-01-01', max(e.until_on) || ' days') AS left_on,
	date('2000-01-01', (max(e.until_on) + 365 * coalesce(:years, 1)) || ' days') AS due_on
FROM place e JOIN pupil p ON p.school = e.school AND p.pupil = e.pupil
WHERE (:school IS NULL OR e.school = :school) AND p.name IS NOT NULL
GROUP BY e.school, e.pupil
HAVING max(e.until_on) + 365 * coalesce(:years, 1) <= :date ORDER BY 1, 5, 3;
