-- about: Opinions, suggestions, complaints and praise, with the answers; unanswered first.
-- about_zh: 意见、投诉和答复：没答复的在前。
-- roles: teacher head clerk lead auditor
-- params: date:d
-- requires: R16
SELECT o.school, o.opinion, o.kind, o.from_whom, o.pupil, o.name, o.text,
	date('2000-01-01', o.received_on || ' days') AS received_on,
	date('2000-01-01', o.due_on || ' days') AS due_on,
	date('2000-01-01', min(a.answered_on) || ' days') AS answered_on,
	min(a.answered_on) IS NULL AND o.due_on < :date AS overdue,
	json_group_array(json_object('on', date('2000-01-01', a.answered_on || ' days'), 'text',
		a.text)) FILTER (WHERE a.answer IS NOT NULL) AS answers
FROM opinion o
LEFT JOIN opinion_answer a ON a.school = o.school AND a.opinion = o.opinion
WHERE (:school IS NULL OR o.school = :school)
GROUP BY o.school, o.opinion
ORDER BY min(a.answered_on) IS NOT NULL, o.due_on, o.school, o.opinion LIMIT 1000;
