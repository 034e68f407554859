-- about: What guardians asked of their children's data, and by when it is answered.
-- about_zh: 家长的要求：关于孩子的资料，最迟哪天答复。
-- roles: teacher head clerk auditor
-- params: date:d
-- requires: R18
SELECT r.school, r.pupil, p.name, r.request, r.kind,
	date('2000-01-01', r.asked_on || ' days') AS asked_on,
	date('2000-01-01', r.due_on || ' days') AS due_on,
	date('2000-01-01', r.answered_on || ' days') AS answered_on, r.outcome, r.words,
	r.answered_on IS NULL AND r.due_on < :date AS overdue
FROM subject_request r LEFT JOIN pupil p ON p.school = r.school AND p.pupil = r.pupil
WHERE (:school IS NULL OR r.school = :school)
ORDER BY r.answered_on IS NOT NULL, r.due_on, r.school, r.request LIMIT 1000;
