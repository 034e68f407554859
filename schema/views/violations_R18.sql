-- about: Requests over their date; private fields or priority groups of a child whose guardian refused.
-- about_zh: 请核对·个人信息：家长的要求逾期没答复；不同意保存而还留着敏感信息。
-- roles: teacher head clerk lead auditor
-- params: until_on:d?
-- requires: R18
SELECT r.school, r.pupil, date('2000-01-01', r.due_on || ' days') AS date,
	CASE WHEN r.answered_on IS NULL THEN 'request_open' ELSE 'request_late' END AS what
FROM subject_request r
WHERE (:school IS NULL OR r.school = :school) AND r.due_on < coalesce(r.answered_on,
	:until_on, (SELECT max(t.date) FROM session t WHERE t.school = r.school), 0)
UNION ALL
SELECT d.school, d.pupil, date('2000-01-01', d.given_on || ' days'), 'kept_though_refused'
FROM data_now d JOIN pupil p ON p.school = d.school AND p.pupil = d.pupil
WHERE (:school IS NULL OR d.school = :school) AND d.choice = 0
	AND (coalesce(p.address, p.health, p.allergy) IS NOT NULL OR EXISTS (SELECT 1
		FROM priority f WHERE f.school = d.school AND f.pupil = d.pupil
		AND f.until_on IS NULL))
ORDER BY 1, 3, 2;
