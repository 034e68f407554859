-- about: Corrects what is known of a person who serves: name, roles, kind, check, number.
-- about_zh: 更正教职工资料：姓名、岗位、类别、查询日期、工号。
-- roles: head
-- params: staff_id:i name:t? roles:t? kind:i? checked_on:d? number:t?
-- scope: school
-- audit: name roles number
-- requires: R10
SELECT refuse('R10.no_staff', :staff_id)
WHERE NOT EXISTS (SELECT 1 FROM staff WHERE school = :school AND staff = :staff_id);
SELECT refuse('R10.no_name') WHERE trim(:name) = '';
SELECT refuse('R10.kind', :kind) WHERE :kind NOT BETWEEN 1 AND 7;
SELECT refuse('R10.barred', coalesce(:name, (SELECT name FROM staff WHERE school = :school
	AND staff = :staff_id)), date('2000-01-01', c.from_on || ' days'))
FROM clearance c WHERE c.number = :number AND c.state = 2;
SELECT refuse('R10.number_taken', :number, s.name) FROM staff s
WHERE s.school = :school AND s.number = :number AND s.staff <> :staff_id AND s.active = 1;
UPDATE staff SET name = coalesce(:name, name), kind = coalesce(:kind, kind),
	checked_on = coalesce(:checked_on, checked_on), number = coalesce(:number, number),
	roles = CASE WHEN :roles IS NULL THEN roles ELSE
		(instr(',' || replace(:roles, ' ', ',') || ',', ',teacher,') > 0) * 1
		| (instr(',' || replace(:roles, ' ', ',') || ',', ',head,') > 0) * 2
		| (instr(',' || replace(:roles, ' ', ',') || ',', ',guard,') > 0) * 4
		| (instr(',' || replace(:roles, ' ', ',') || ',', ',clerk,') > 0) * 8
		| (instr(',' || replace(:roles, ' ', ',') || ',', ',lead,') > 0) * 16
		| (instr(',' || replace(:roles, ' ', ',') || ',', ',auditor,') > 0) * 32 END
WHERE school = :school AND staff = :staff_id;
SELECT refuse('R10.no_role', :roles)
WHERE (SELECT roles FROM staff WHERE school = :school AND staff = :staff_id) = 0;
SELECT refuse('R10.last_head') WHERE NOT EXISTS (SELECT 1 FROM staff
	WHERE school = :school AND active = 1 AND roles & 2);
SELECT staff, name, roles, kind, number FROM staff WHERE school = :school AND staff = :staff_id;
