-- about: Somebody may no longer fetch a child.
-- about_zh: 不再接孩子：这个人从某天起不能再接。
-- roles: teacher head
-- params: pupil:i collector:i on:d
-- scope: school
-- requires: R12
SELECT refuse('R12.no_collector', :collector)
WHERE NOT EXISTS (SELECT 1 FROM collector
	WHERE school = :school AND pupil = :pupil AND collector = :collector);
UPDATE collector SET ended_on = :on
WHERE school = :school AND pupil = :pupil AND collector = :collector;
