-- about: A person no longer acts for the county; what was done keeps the name.
-- about_zh: 县里人员离岗：所做的记录仍有姓名。
-- roles: clerk lead
-- params: staff_id:i
-- scope: county
-- audit: staff_id
-- requires: R10
SELECT refuse('R10.no_staff', :staff_id)
WHERE NOT EXISTS (SELECT 1 FROM county_staff WHERE staff = :staff_id);
SELECT refuse('R10.last_clerk') WHERE NOT EXISTS (SELECT 1 FROM county_staff
	WHERE staff <> :staff_id AND active = 1 AND roles & 24);
UPDATE county_staff SET active = 0 WHERE staff = :staff_id;
DELETE FROM county_pin WHERE staff = :staff_id;
SELECT staff, name, active FROM county_staff WHERE staff = :staff_id;
