-- about: Everything that is kept of one child, for its guardian to read and correct.
-- about_zh: 给家长看的全部资料：保存的一个孩子的全部信息。
-- roles: teacher head
-- params: pupil:i
-- sensitive: name birth student_no address health allergy phone
-- requires: R18
SELECT 'name' AS what, p.name AS text, NULL AS date FROM pupil p
WHERE p.school = :school AND p.pupil = :pupil
UNION ALL SELECT 'sex', CAST(sex AS TEXT), NULL FROM pupil
WHERE school = :school AND pupil = :pupil
UNION ALL SELECT 'birth', birth, NULL FROM pupil WHERE school = :school AND pupil = :pupil
UNION ALL SELECT 'student_no', student_no, NULL FROM pupil
WHERE school = :school AND pupil = :pupil
UNION ALL SELECT 'address', address, NULL FROM pupil WHERE school = :school AND pupil = :pupil
UNION ALL SELECT 'health', health, NULL FROM pupil WHERE school = :school AND pupil = :pupil
UNION ALL SELECT 'allergy', allergy, NULL FROM pupil WHERE school = :school AND pupil = :pupil
UNION ALL SELECT 'guardian', name || coalesce(' ' || phone, ''),
	date('2000-01-01', ended_on || ' days') FROM guardian
WHERE school = :school AND pupil = :pupil
UNION ALL SELECT 'collector', name || coalesce(' ' || phone, ''),
	date('2000-01-01', ended_on || ' days') FROM collector
WHERE school = :school AND pupil = :pupil
UNION ALL SELECT 'class', school_year || ': ' || grade || '-' || class,
	date('2000-01-01', from_on || ' days') FROM place
WHERE school = :school AND pupil = :pupil
UNION ALL SELECT 'priority', CAST(kind AS TEXT), date('2000-01-01', since_on || ' days')
FROM priority WHERE school = :school AND pupil = :pupil
UNION ALL SELECT 'consent', CAST(choice AS TEXT), date('2000-01-01', given_on || ' days')
FROM consent WHERE school = :school AND pupil = :pupil
UNION ALL SELECT 'data_consent', CAST(choice AS TEXT), date('2000-01-01', given_on || ' days')
FROM data_consent WHERE school = :school AND pupil = :pupil
UNION ALL SELECT 'attendance', count(*) || ' / ' || sum(state = 1),
	date('2000-01-01', max(date) || ' days') FROM attendance
WHERE school = :school AND pupil = :pupil
UNION ALL SELECT 'incident', i.what, date(i.happened_at / 1000 + 28800, 'unixepoch')
FROM incident i WHERE i.school = :school AND i.past_head = 0 AND (i.pupil = :pupil
	OR EXISTS (SELECT 1 FROM incident_person q WHERE q.school = i.school
		AND q.incident = i.incident AND q.pupil = :pupil))
UNION ALL SELECT 'request', words, date('2000-01-01', asked_on || ' days')
FROM subject_request WHERE school = :school AND pupil = :pupil;
