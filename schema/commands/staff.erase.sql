-- about: Erases the name and PIN of a person who has left the service, on every replica; cannot be undone. What was done stays, under a number.
-- about_zh: 删除离岗人员的姓名：学校和县里一起删，不能恢复；所做的记录按编号保留。
-- roles: head clerk
-- params: staff_id:i reason:i?
-- scope: school
-- audit: staff_id reason
-- requires: R18
SELECT refuse('R10.no_staff', :staff_id)
WHERE NOT EXISTS (SELECT 1 FROM staff WHERE school = :school AND staff = :staff_id);
SELECT refuse('R18.still_serves', name) FROM staff
WHERE school = :school AND staff = :staff_id AND active = 1;
SELECT refuse('R18.reason', :reason) WHERE :reason NOT IN (1, 2);
UPDATE staff SET number = NULL WHERE school = :school AND staff = :staff_id AND number IS NOT NULL;
INSERT INTO erasure (school, person, reason, at, by_staff)
SELECT :school, :staff_id, coalesce(:reason, 1), now_ms(), staff()
WHERE NOT EXISTS (SELECT 1 FROM erasure WHERE school = :school AND person = :staff_id);
SELECT person AS staff, reason, at FROM erasure WHERE school = :school AND person = :staff_id;
