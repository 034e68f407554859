-- What one person may do now: one of the school's, or at a hub of the county's.
SELECT roles, name FROM staff WHERE school = :school AND staff = :staff AND active = 1
UNION ALL
SELECT c.roles, c.name FROM county_staff c
WHERE :school = 0 AND c.staff = :staff AND c.active = 1;
