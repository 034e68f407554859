-- about: A member of staff has signed the pledge of a school year: safety 1, food 2, fire 3, traffic 4.
-- about_zh: 责任书已签：安全、食品、消防、交通。
-- roles: head
-- params: staff_id:i school_year:i kind:i? on:d
-- scope: school
-- requires: R14
SELECT refuse('R10.no_staff', :staff_id)
WHERE NOT EXISTS (SELECT 1 FROM staff WHERE school = :school AND staff = :staff_id);
SELECT refuse('R14.pledge', :kind) WHERE :kind NOT BETWEEN 1 AND 4;
INSERT INTO pledge (school, staff, school_year, kind, signed_on)
VALUES (:school, :staff_id, :school_year, coalesce(:kind, 1), :on)
ON CONFLICT DO UPDATE SET signed_on = :on;
