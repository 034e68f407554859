-- about: A person leaves the service; what was done keeps the name.
-- about_zh: 教职工离岗：所做的记录仍有姓名。
-- roles: head
-- params: staff_id:i
-- scope: school
-- requires: R10
SELECT refuse('R10.no_staff', :staff_id)
WHERE NOT EXISTS (SELECT 1 FROM staff WHERE school = :school AND staff = :staff_id);
SELECT refuse('R10.last_head') WHERE NOT EXISTS (SELECT 1 FROM staff
	WHERE school = :school AND staff <> :staff_id AND active = 1 AND roles & 2);
UPDATE staff SET active = 0 WHERE school = :school AND staff = :staff_id;
SELECT staff, name, active FROM staff WHERE school = :school AND staff = :staff_id;
