-- about: Complaints that reached the county past the school; only the hub has them.
-- about_zh: 举报：不经学校到县里的；只有县中心有。
-- roles: clerk lead auditor
-- params: date:d
-- requires: R4 R16
SELECT c.school, c.complaint, c.channel, c.charging, c.name, c.text,
	date('2000-01-01', c.received_on || ' days') AS received_on,
	date('2000-01-01', c.due_on || ' days') AS due_on,
	date('2000-01-01', c.answered_on || ' days') AS answered_on, c.answer,
	c.answered_on IS NULL AND c.due_on < :date AS overdue
FROM complaint c
WHERE :hub AND (:school IS NULL OR c.school = :school)
ORDER BY c.answered_on IS NOT NULL, c.due_on, c.complaint LIMIT 1000;
