-- about: Days of the newest plan that differ from the week, and its terms.
-- about_zh: 校历：学期，和平常星期不一样的日子。
-- roles: teacher head guard clerk lead auditor
-- params:
-- requires: R2
SELECT c.version, date('2000-01-01', c.day || ' days') AS day, NULL AS until, CASE c.kind WHEN 1 THEN 'school' ELSE 'closed' END AS kind,
	c.name
FROM policy_day c
WHERE c.version = (SELECT max(version) FROM policy WHERE withdrawn = 0)
UNION ALL
SELECT t.version, date('2000-01-01', t.from_on || ' days'), date('2000-01-01', t.until_on || ' days'), 'term', CAST(t.no AS TEXT) FROM policy_term t
WHERE t.version = (SELECT max(version) FROM policy WHERE withdrawn = 0)
ORDER BY 2;
