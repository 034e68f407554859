-- about: Guardians who are to choose again: a new material notice (within 30 days), or a new school year (by the end of September).  The child stays meanwhile.
-- about_zh: 要重新选择的家长：告知书有大的变更（30 天内），或新学年（九月底前）。这期间孩子照常参加。
-- roles: teacher head clerk lead auditor
-- params: date:d
-- requires: R3 R20
-- ask: school
SELECT e.school, e.pupil, e.name, e.grade, e.class, c.notice,
	date('2000-01-01', c.from_on || ' days') AS given_on,
	CASE WHEN n.version IS NOT NULL THEN 'new_notice' ELSE 'new_year' END AS why,
	n.version AS new_notice,
	date('2000-01-01', CASE WHEN n.version IS NOT NULL THEN n.from_on + 30
		ELSE y.start_on + 30 END || ' days') AS due_on,
	CASE WHEN n.version IS NOT NULL THEN n.from_on + 30 ELSE y.start_on + 30 END <= :date
		AS overdue
FROM (SELECT CAST(julianday(strftime('%Y', '2000-01-01', :date || ' days', '-8 months')
		|| '-09-01') - julianday('2000-01-01') AS INTEGER) AS start_on) y
JOIN child e ON e.from_on <= :date AND e.until_on > :date
JOIN choice_span c ON c.school = e.school AND c.pupil = e.pupil AND c.choice = 1
	AND c.from_on <= :date AND c.until_on > :date
LEFT JOIN consent_notice n ON n.version = (SELECT max(x.version) FROM consent_notice x
	WHERE x.material = 1 AND x.version > c.notice AND x.from_on <= :date)
WHERE (:school IS NULL OR e.school = :school)
	AND (n.version IS NOT NULL OR c.from_on < y.start_on - 62)
ORDER BY e.school, e.grade, e.class, e.name;
