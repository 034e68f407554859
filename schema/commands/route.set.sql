-- about: Adds a group that a teacher leads home (2) or a bus (3), or changes it.
-- about_zh: 路队、校车：登记或更改名称、带队人、出发时间。
-- roles: teacher head
-- params: route:i? kind:i? name:t leader:i? leaves:m? ended_on:d?
-- scope: school
-- audit: name leader
-- requires: R1
SELECT refuse('R1.route_kind', :kind) WHERE :kind NOT IN (2, 3);
SELECT refuse('R1.no_route_name') WHERE trim(:name) = '';
SELECT refuse('R1.no_route', :route) WHERE :route IS NOT NULL
	AND NOT EXISTS (SELECT 1 FROM route WHERE school = :school AND route = :route);
SELECT refuse('R10.no_staff', :leader) WHERE :leader IS NOT NULL
	AND NOT EXISTS (SELECT 1 FROM staff WHERE school = :school AND staff = :leader);
UPDATE route SET kind = coalesce(:kind, kind), name = :name,
	leader = coalesce(:leader, leader), leaves_min = coalesce(:leaves, leaves_min),
	ended_on = coalesce(:ended_on, ended_on)
WHERE school = :school AND route = :route;
INSERT INTO route (school, route, kind, name, leader, leaves_min, ended_on)
SELECT :school, :new_id, coalesce(:kind, 2), :name, :leader, :leaves, :ended_on
WHERE :route IS NULL;
SELECT route, kind, name FROM route
WHERE school = :school AND route = coalesce(:route, :new_id);
