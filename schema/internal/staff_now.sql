-- What one person may do now.
SELECT roles, name FROM staff WHERE school = :school AND staff = :staff AND active = 1;
