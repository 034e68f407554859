-- How many people may sign in.
SELECT (SELECT count(*) FROM staff WHERE school = :school AND active = 1)
	+ (SELECT count(*) FROM county_staff c JOIN county_pin p ON p.staff = c.staff
		WHERE :school = 0 AND c.active = 1);
