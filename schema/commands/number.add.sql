-- about: A number to dial near the school: clinic, police post, village committee.
-- about_zh: 登记附近的应急电话：卫生室、派出所、村委会。
-- roles: head teacher
-- params: name:t phone:t kind:i?
-- scope: school
-- requires: R13
SELECT refuse('R13.number_kind', :kind) WHERE :kind NOT IN (0, 1, 2, 3, 4, 5, 6, 9);
SELECT refuse('R13.phone', :phone)
WHERE :phone = '' OR :phone GLOB '*[^0-9]*' OR length(:phone) > 20;
INSERT INTO school_number (school, number_id, kind, name, phone)
VALUES (:school, :new_id, coalesce(:kind, 0), :name, :phone);
SELECT number_id, name, phone FROM school_number
WHERE school = :school AND number_id = :new_id;
