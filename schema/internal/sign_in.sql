-- The people of this name or id.
SELECT staff, roles, pin_ok(pin_hash, :pin) FROM staff
WHERE school = :school AND active = 1 AND pin_hash IS NOT NULL
	AND (name = :name OR staff = CAST(:name AS INTEGER))
ORDER BY staff;
