-- about: Sets a PIN at the hub: one's own, or as clerk anybody's.
-- about_zh: 设县里人员的 PIN 码：自己的；经办可以给任何人重设。
-- roles: clerk lead auditor
-- params: staff_id:i? pin:t
-- scope: county
-- audit: staff_id
-- requires: R18
SELECT refuse('R18.short_pin') WHERE length(:pin) < 4;
SELECT refuse('R10.no_staff', coalesce(:staff_id, :staff))
WHERE NOT EXISTS (SELECT 1 FROM county_staff WHERE staff = coalesce(:staff_id, :staff) AND active = 1);
SELECT refuse('R18.not_own_pin') WHERE :staff_id <> :staff AND :user_roles & 24 = 0;
INSERT INTO county_pin (staff, pin_hash) VALUES (coalesce(:staff_id, :staff), pin_hash(:pin))
ON CONFLICT DO UPDATE SET pin_hash = excluded.pin_hash;
SELECT staff, name FROM county_staff WHERE staff = coalesce(:staff_id, :staff);
