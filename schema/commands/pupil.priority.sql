-- about: A child belongs to a priority group, or no longer does.
-- about_zh: 孩子属于某类优先人群，或不再属于。
-- roles: teacher head
-- params: pupil:i kind:i source:i? since_on:d? until_on:d?
-- scope: school
-- requires: R6
SELECT refuse('R19.no_pupil', :pupil)
WHERE NOT EXISTS (SELECT 1 FROM pupil WHERE school = :school AND pupil = :pupil);
SELECT refuse('R6.kind', :kind) WHERE :kind NOT IN (2, 3, 4);
INSERT INTO priority (school, pupil, kind, source, since_on, until_on)
VALUES (:school, :pupil, :kind, coalesce(:source, 2), :since_on, :until_on)
ON CONFLICT DO UPDATE SET source = coalesce(:source, source),
	since_on = coalesce(:since_on, since_on), until_on = :until_on;
