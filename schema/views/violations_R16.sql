-- about: Complaints and opinions that were answered after their date, or not at all.
-- about_zh: 请核对·意见：没有答复或答复迟了。
-- roles: teacher head clerk lead auditor
-- params: until_on:d?
-- requires: R16
SELECT o.school, o.opinion, date('2000-01-01', o.due_on || ' days') AS due_on,
	CASE WHEN min(a.answered_on) IS NULL THEN 'not_answered' ELSE 'answered_late' END AS what
FROM opinion o
LEFT JOIN opinion_answer a ON a.school = o.school AND a.opinion = o.opinion
WHERE (:school IS NULL OR o.school = :school) AND o.kind <= 3
GROUP BY o.school, o.opinion
HAVING o.due_on < coalesce(min(a.answered_on), :until_on, (SELECT max(t.date) FROM session t
	WHERE t.school = o.school), 0)
ORDER BY 1, 3, 2;
