-- about: A child belongs to a priority group (2 migrant worker's, 3 left-behind, 4 disabled), or no longer does; left-behind by which definition: 1 civil affairs, 2 education statistics.
-- about_zh: 优先人群：随迁、留守、残疾，从哪天起，或不再是；留守写明按哪个口径。
-- roles: teacher head
-- params: pupil:i kind:i source:i? since_on:d? until_on:d? definition:i?
-- scope: school
-- audit: kind source definition
-- requires: R6 R18
SELECT refuse('R19.no_pupil', :pupil)
WHERE NOT EXISTS (SELECT 1 FROM pupil WHERE school = :school AND pupil = :pupil);
SELECT refuse('R6.kind', :kind) WHERE :kind NOT IN (2, 3, 4);
SELECT refuse('R6.definition', :definition) WHERE :definition NOT IN (1, 2)
	OR :definition IS NOT NULL AND :kind <> 3;
SELECT refuse('R6.source', :source) WHERE :source NOT BETWEEN 1 AND 3;
SELECT refuse('R18.paper_only', p.name, date('2000-01-01', d.given_on || ' days'))
FROM pupil p JOIN data_now d ON d.school = p.school AND d.pupil = p.pupil
WHERE p.school = :school AND p.pupil = :pupil AND d.choice = 0 AND :until_on IS NULL;
INSERT INTO priority (school, pupil, kind, source, since_on, until_on, definition)
VALUES (:school, :pupil, :kind, coalesce(:source, 2), :since_on, :until_on, :definition)
ON CONFLICT DO UPDATE SET source = coalesce(:source, source),
	since_on = coalesce(:since_on, since_on), until_on = :until_on,
	definition = coalesce(:definition, definition);
