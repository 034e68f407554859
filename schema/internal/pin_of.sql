-- One person's PIN as it is kept.
SELECT pin_hash FROM staff WHERE school = :school AND staff = :staff AND active = 1
UNION ALL
SELECT p.pin_hash FROM county_pin p WHERE :school = 0 AND p.staff = :staff
