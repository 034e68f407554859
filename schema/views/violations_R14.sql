-- about: Hazards over their date, or cleared after it, or never referred to the department outside the school; drills and closed incidents after which no plan was revised; staff without a signed pledge in a year in which others signed.
-- about_zh: 请核对·安全：逾期的、没移送的隐患；演练、结案以后没修订预案；别人签了而没签责任书的。
-- roles: teacher head clerk lead auditor
-- params: until_on:d?
-- requires: R14
SELECT h.school, h.hazard AS id, date('2000-01-01', h.now_due_on || ' days') AS date,
	CASE WHEN h.cleared_on IS NULL THEN 'overdue' ELSE 'cleared_late' END AS what
FROM hazard_now h
WHERE (:school IS NULL OR h.school = :school) AND h.now_due_on < coalesce(h.cleared_on,
	:until_on, (SELECT max(t.date) FROM session t WHERE t.school = h.school), 0)
UNION ALL
SELECT n.school, n.hazard, date('2000-01-01', n.found_on || ' days'), 'not_referred'
FROM hazard n
WHERE (:school IS NULL OR n.school = :school) AND n.department <= 5 AND NOT EXISTS (
	SELECT 1 FROM hazard_step s WHERE s.school = n.school AND s.hazard = n.hazard
	AND s.kind IN (1, 5))
UNION ALL
SELECT d.school, d.training, date('2000-01-01', d.held_on || ' days'), 'plan_not_revised'
FROM training d
WHERE (:school IS NULL OR d.school = :school) AND d.kind >= 4 AND NOT EXISTS (
	SELECT 1 FROM plan_revision r WHERE r.school = d.school AND r.training = d.training)
UNION ALL
SELECT i.school, i.incident, strftime('%Y-%m-%d', i.happened_at / 1000 + 28800, 'unixepoch'),
	'plan_not_revised'
FROM incident i
WHERE (:school IS NULL OR i.school = :school)
	AND (i.past_head = 0 OR :hub OR i.by_staff = :staff)
	AND EXISTS (SELECT 1 FROM incident_note c WHERE c.school = i.school
		AND c.incident = i.incident AND c.kind = 5)
	AND NOT EXISTS (SELECT 1 FROM plan_revision v WHERE v.school = i.school
		AND v.incident = i.incident)
UNION ALL
SELECT f.school, f.staff, NULL, 'no_pledge'
FROM staff f JOIN (SELECT school, max(school_year) AS year FROM pledge GROUP BY school) y
	ON y.school = f.school
WHERE (:school IS NULL OR f.school = :school) AND f.active = 1 AND NOT EXISTS (
	SELECT 1 FROM pledge g WHERE g.school = f.school AND g.staff = f.staff
	AND g.school_year = y.year)
ORDER BY 1, 4, 3, 2;
