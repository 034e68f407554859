-- about: Puts a group's session of a weekday into the week's plan, or takes it out.
-- about_zh: 编排周计划：哪天、哪个组、谁带、做什么；或去掉一项。
-- roles: head
-- params: week_on:d weekday:i slot:i site:i? grp:i? staff_id:i? kind:i? title:t? room:t? dropped:b?
-- scope: school
-- requires: R9 R8 R10
SELECT refuse('R9.monday', date('2000-01-01', :week_on || ' days'))
WHERE strftime('%w', '2000-01-01', :week_on || ' days') <> '1';
SELECT refuse('R1.weekday', :weekday) WHERE :weekday NOT BETWEEN 1 AND 7;
SELECT refuse('R7.slot', :slot) WHERE :slot NOT IN (1, 2);
SELECT refuse('R10.no_staff', :staff_id) WHERE :staff_id IS NOT NULL
	AND NOT EXISTS (SELECT 1 FROM staff WHERE school = :school AND staff = :staff_id);
SELECT refuse('R10.barred', n.name, date('2000-01-01', n.barred_on || ' days'))
FROM standing n WHERE n.school = :school AND n.staff = :staff_id AND n.barred = 1;
SELECT refuse('R8.teaching', coalesce(:title, ''))
WHERE :kind = 90 OR :title GLOB '*补课*' OR :title GLOB '*集体授课*'
	OR :title GLOB '*集体教学*' OR :title GLOB '*上新课*';
SELECT refuse('R8.no_kind', :kind)
WHERE :kind IS NOT NULL AND NOT EXISTS (SELECT 1 FROM policy_entry e
	JOIN policy_span p ON p.version = e.version AND p.from_on <= :week_on + 6 AND p.until_on > :week_on
	WHERE e.list = 1 AND e.code = :kind);
INSERT INTO plan_item (school, week_on, weekday, slot, site, grp, staff, kind, title, room, dropped)
VALUES (:school, :week_on, :weekday, :slot, coalesce(:site, 0), coalesce(:grp, 0), :staff_id, :kind,
	:title, :room, coalesce(:dropped, 0))
ON CONFLICT DO UPDATE SET staff = coalesce(:staff_id, staff), kind = coalesce(:kind, kind),
	title = coalesce(:title, title), room = coalesce(:room, room), dropped = coalesce(:dropped, 0);
