-- How many people may sign in.
SELECT count(*) FROM staff WHERE school = :school AND active = 1;
