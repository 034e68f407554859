-- about: A site moves to the next phase when the county's criteria hold: so many sessions closed.
-- about_zh: 进入下一阶段：校点达到县里的条件（清场够了场次）以后。
-- roles: clerk lead
-- params: site:i phase:i on:d
-- scope: school
-- audit: site phase
-- requires: R5
SELECT refuse('R1.no_site', :site)
WHERE NOT EXISTS (SELECT 1 FROM site WHERE school = :school AND site = :site);
SELECT refuse('R5.phase', :phase) WHERE :phase NOT BETWEEN 1 AND 3;
SELECT refuse('R5.phase_early', t.name, e.quantity, (SELECT count(*) FROM closing c
	WHERE c.school = :school AND c.site = :site))
FROM site t, policy_span p
JOIN policy_entry e ON e.version = p.version AND e.list = 3 AND e.code = :phase
WHERE t.school = :school AND t.site = :site AND p.from_on <= :on AND p.until_on > :on
	AND :phase > t.phase AND e.quantity > (SELECT count(*) FROM closing c
	WHERE c.school = :school AND c.site = :site);
UPDATE site SET phase = :phase WHERE school = :school AND site = :site;
SELECT site, name, phase FROM site WHERE school = :school AND site = :site;
