-- about: Adds a person who serves.  The first one needs nobody signed in.
-- about_zh: 登记教职工：姓名、岗位、类别、入职查询、PIN。
-- roles: head
-- params: name:t roles:t pin:t? kind:i? checked_on:d? number:t?
-- scope: school
-- audit: name roles number
-- requires: R10
SELECT refuse('R10.no_name') WHERE trim(:name) = '';
SELECT refuse('R10.name_taken', :name)
WHERE EXISTS (SELECT 1 FROM staff WHERE school = :school AND name = :name AND active = 1);
SELECT refuse('R10.kind', :kind) WHERE :kind NOT BETWEEN 1 AND 7;
SELECT refuse('R10.barred', :name, date('2000-01-01', c.from_on || ' days'))
FROM clearance c WHERE c.number = :number AND c.state = 2;
SELECT refuse('R10.number_taken', :number, s.name) FROM staff s
WHERE s.school = :school AND s.number = :number AND s.active = 1;
SELECT refuse('R18.short_pin') WHERE :pin IS NOT NULL AND length(:pin) < 4;
INSERT INTO staff (school, staff, name, roles, kind, pin_hash, active, checked_on, number)
SELECT :school, :new_id, :name,
	(instr(r, ',teacher,') > 0) * 1 | (instr(r, ',head,') > 0) * 2
	| (instr(r, ',guard,') > 0) * 4 | (instr(r, ',clerk,') > 0) * 8
	| (instr(r, ',lead,') > 0) * 16 | (instr(r, ',auditor,') > 0) * 32,
	coalesce(:kind, 1), CASE WHEN :pin IS NOT NULL THEN pin_hash(:pin) END, 1, :checked_on, :number
FROM (SELECT ',' || replace(:roles, ' ', ',') || ',' AS r);
SELECT refuse('R10.no_role', :roles)
WHERE (SELECT roles FROM staff WHERE school = :school AND staff = :new_id) = 0;
SELECT staff, name, roles FROM staff WHERE school = :school AND staff = :new_id;
