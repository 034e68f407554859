-- The people of this name or id who may sign in: the school's, or at a hub the county's.
SELECT staff, pin_hash FROM staff
WHERE school = :school AND active = 1 AND pin_hash IS NOT NULL
	AND (name = :name OR staff = CAST(:name AS INTEGER))
UNION ALL
SELECT c.staff, p.pin_hash FROM county_staff c JOIN county_pin p ON p.staff = c.staff
WHERE :school = 0 AND c.active = 1
	AND (c.name = :name OR c.staff = CAST(:name AS INTEGER))
ORDER BY 1;
