-- about: People, rooms or equipment that somebody gave for nothing.
-- about_zh: 登记社会支持：别人无偿提供的人手、场地、器材。
-- roles: head
-- params: kind:i giver:t what:t held_on:d
-- scope: school
-- requires: R10
SELECT refuse('R10.gift_kind', :kind) WHERE :kind NOT BETWEEN 1 AND 3;
INSERT INTO gift (school, gift, kind, giver, what, held_on, by_staff)
VALUES (:school, :new_id, :kind, :giver, :what, :held_on, :staff);
