-- about: A visiting teacher serves at a site on a weekday, or no longer does.
-- about_zh: 走教：哪位教师星期几到哪个校点，或不再去。
-- roles: head
-- params: staff_id:i site:i weekday:i? from_on:d? until_on:d?
-- scope: school
-- requires: R1 R5
SELECT refuse('R10.no_staff', :staff_id)
WHERE NOT EXISTS (SELECT 1 FROM staff WHERE school = :school AND staff = :staff_id);
SELECT refuse('R1.weekday', :weekday) WHERE :weekday NOT BETWEEN 0 AND 7;
SELECT refuse('R1.no_site', :site)
WHERE NOT EXISTS (SELECT 1 FROM site WHERE school = :school AND site = :site);
INSERT INTO posting (school, staff, site, weekday, from_on, until_on)
VALUES (:school, :staff_id, :site, coalesce(:weekday, 0), :from_on, :until_on)
ON CONFLICT DO UPDATE SET from_on = coalesce(:from_on, from_on), until_on = :until_on;
SELECT staff, site, weekday FROM posting WHERE school = :school AND staff = :staff_id;
