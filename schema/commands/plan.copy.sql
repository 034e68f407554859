-- about: Copies the week before into a week; what is planned there already stays.
-- about_zh: 照抄上一周的计划：本周已经有的不变。
-- roles: head
-- params: week_on:d
-- scope: school
-- requires: R9
SELECT refuse('R9.monday', date('2000-01-01', :week_on || ' days'))
WHERE strftime('%w', '2000-01-01', :week_on || ' days') <> '1';
SELECT refuse('R9.nothing_to_copy', date('2000-01-01', (:week_on - 7) || ' days'))
WHERE NOT EXISTS (SELECT 1 FROM plan_item WHERE school = :school AND week_on = :week_on - 7
	AND dropped = 0);
INSERT INTO plan_item (school, week_on, weekday, slot, site, grp, staff, kind, title, room, dropped)
SELECT i.school, :week_on, i.weekday, i.slot, i.site, i.grp,
	CASE WHEN n.active = 1 AND n.barred = 0 THEN i.staff END, i.kind, i.title, i.room, 0
FROM plan_item i LEFT JOIN standing n ON n.school = i.school AND n.staff = i.staff
WHERE i.school = :school AND i.week_on = :week_on - 7 AND i.dropped = 0
ON CONFLICT DO NOTHING;
SELECT count(*) AS items FROM plan_item WHERE school = :school AND week_on = :week_on AND dropped = 0;
