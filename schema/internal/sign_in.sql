-- The people of this name or id: the school's, or at a hub the county's.
SELECT staff, roles, pin_ok(pin_hash, :pin) FROM staff
WHERE school = :school AND active = 1 AND pin_hash IS NOT NULL
	AND (name = :name OR staff = CAST(:name AS INTEGER))
UNION ALL
SELECT c.staff, c.roles, pin_ok(p.pin_hash, :pin) FROM county_staff c
JOIN county_pin p ON p.staff = c.staff
WHERE :school = 0 AND c.active = 1
	AND (c.name = :name OR c.staff = CAST(:name AS INTEGER))
ORDER BY 1;
