-- about: A child belongs to a priority group, or no longer does.
-- about_zh: 孩子属于某类优先人群，或不再属于。
-- roles: teacher head
-- params: pupil:i kind:i source:i? since_on:d? until_on:d?
-- scope: school
-- requires: R6 R18
SELECT refuse('R19.no_pupil', :pupil)
WHERE NOT EXISTS (SELECT 1 FROM pupil WHERE school = :school AND pupil = :pupil);
SELECT refuse('R6.kind', :kind) WHERE :kind NOT IN (2, 3, 4);
SELECT refuse('R18.paper_only', p.name, date('2000-01-01', d.given_on || ' days'))
FROM pupil p JOIN data_now d ON d.school = p.school AND d.pupil = p.pupil
WHERE p.school = :school AND p.pupil = :pupil AND d.choice = 0 AND :until_on IS NULL;
INSERT INTO priority (school, pupil, kind, source, since_on, until_on)
VALUES (:school, :pupil, :kind, coalesce(:source, 2), :since_on, :until_on)
ON CONFLICT DO UPDATE SET source = coalesce(:source, source),
	since_on = coalesce(:since_on, since_on), until_on = :until_on;
