-- about: Adds a person who acts for the county.  The first one needs nobody signed in.
-- about_zh: 登记县里的人员：姓名、岗位、PIN。第一位在主机上用命令登记。
-- roles: clerk lead
-- params: name:t roles:t pin:t
-- scope: county
-- audit: name roles
-- requires: R10 R18
SELECT refuse('R10.no_name') WHERE trim(:name) = '';
SELECT refuse('R10.name_taken', :name)
WHERE EXISTS (SELECT 1 FROM county_staff WHERE name = :name AND active = 1);
SELECT refuse('R18.short_pin') WHERE length(:pin) < 4;
INSERT INTO county_staff (staff, name, roles, active)
SELECT :new_id, :name, (instr(r, ',clerk,') > 0) * 8 | (instr(r, ',lead,') > 0) * 16
	| (instr(r, ',auditor,') > 0) * 32, 1
FROM (SELECT ',' || replace(:roles, ' ', ',') || ',' AS r);
SELECT refuse('R10.no_county_role', :roles)
WHERE (SELECT roles FROM county_staff WHERE staff = :new_id) = 0;
SELECT refuse('R10.first_clerk', :roles)
WHERE (SELECT roles FROM county_staff WHERE staff = :new_id) & 24 = 0
	AND NOT EXISTS (SELECT 1 FROM county_pin);
INSERT INTO county_pin (staff, pin_hash) VALUES (:new_id, pin_hash(:pin));
SELECT staff, name, roles FROM county_staff WHERE staff = :new_id;
