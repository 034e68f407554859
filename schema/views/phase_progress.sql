-- about: How far each site is from the next phase by the county's plan.
-- about_zh: 离下一阶段还差多少：每个校点。
-- roles: teacher head guard clerk lead auditor
-- params: date:d
-- requires: R5
SELECT t.school, t.site, t.name, t.phase, e.code AS next_phase, e.title, e.quantity AS needed,
	(SELECT count(*) FROM closing c WHERE c.school = t.school AND c.site = t.site) AS closed
FROM policy_span p JOIN site t ON (:school IS NULL OR t.school = :school)
LEFT JOIN policy_entry e ON e.version = p.version AND e.list = 3 AND e.code = t.phase + 1
WHERE p.from_on <= :date AND p.until_on > :date AND t.closed_on IS NULL
ORDER BY t.school, t.site;
