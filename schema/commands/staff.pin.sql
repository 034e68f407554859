-- about: Sets a PIN: one's own, or as head anybody's.
-- about_zh: 设 PIN 码：自己的；校长可以给任何人重设。
-- roles: teacher head guard
-- params: staff_id:i? pin:t
-- scope: school
-- audit: staff_id
-- requires: R18
SELECT refuse('R18.short_pin') WHERE length(:pin) < 4;
SELECT refuse('R10.no_staff', :staff_id)
WHERE NOT EXISTS (SELECT 1 FROM staff
	WHERE school = :school AND staff = coalesce(:staff_id, :staff));
SELECT refuse('R18.not_own_pin')
WHERE :staff_id <> :staff AND :user_roles & 2 = 0;
UPDATE staff SET pin_hash = pin_hash(:pin)
WHERE school = :school AND staff = coalesce(:staff_id, :staff);
SELECT staff, name FROM staff
WHERE school = :school AND staff = coalesce(:staff_id, :staff);
