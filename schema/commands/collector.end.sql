-- about: Somebody may no longer fetch a child.
-- about_zh: 某人不再可以接孩子。
-- roles: teacher head
-- params: pupil:i collector:i on:d
-- scope: school
-- requires: R12
SELECT refuse('R12.no_collector', :collector)
WHERE NOT EXISTS (SELECT 1 FROM collector
	WHERE school = :school AND pupil = :pupil AND collector = :collector);
UPDATE collector SET ended_on = :on
WHERE school = :school AND pupil = :pupil AND collector = :collector;
