-- The people of this name or id who may sign in: the school's, or at a hub the county's.
-- An id is compared as a text: as a number, '7 and more' would be 7.
SELECT staff, pin_hash FROM staff
WHERE school = :school AND active = 1 AND pin_hash IS NOT NULL
	AND (name = :name OR CAST(staff AS TEXT) = :name)
UNION ALL
SELECT c.staff, p.pin_hash FROM county_staff c JOIN county_pin p ON p.staff = c.staff
WHERE :school = 0 AND c.active = 1
	AND (c.name = :name OR CAST(c.staff AS TEXT) = :name)
ORDER BY 1;
