-- about: A number to dial, by the county: for all schools or one, for one kind of incident or all, 90 for complaints about charging.
-- about_zh: 公布应急电话：给全部学校或一所，哪类事件用；也公布乱收费举报电话。
-- roles: clerk lead
-- params: name:t phone:t kind:i? to_school:i?
-- scope: county
-- audit: name phone
-- requires: R13 R4
SELECT refuse('R13.number_kind', :kind)
WHERE :kind NOT IN (0, 1, 2, 3, 4, 5, 6, 9, 90);
SELECT refuse('R13.phone', :phone)
WHERE :phone = '' OR :phone GLOB '*[^0-9]*' OR length(:phone) > 20;
INSERT INTO emergency_number (number_id, to_school, kind, name, phone)
VALUES (:new_id, coalesce(:to_school, 0), coalesce(:kind, 0), :name, :phone);
SELECT number_id, name, phone FROM emergency_number WHERE number_id = :new_id;
