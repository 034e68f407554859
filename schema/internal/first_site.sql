-- A row when the school itself is entered as a site.
SELECT 1 FROM site WHERE school = :school AND site = 0;
