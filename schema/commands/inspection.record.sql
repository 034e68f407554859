-- about: A safety check was made: traffic 1, premises 2, fire 3, food 4, security 5, surroundings 6.
-- about_zh: 登记安全检查：交通、校舍、消防、食品、保卫、周边。
-- roles: teacher head guard
-- params: kind:i site:i? on:d result:t
-- scope: school
-- requires: R14
SELECT refuse('R14.kind', :kind) WHERE :kind NOT BETWEEN 1 AND 6;
INSERT INTO inspection (school, inspection, kind, site, checked_on, result, by_staff)
VALUES (:school, :new_id, :kind, coalesce(:site, 0), :on, :result, :staff);
SELECT inspection, kind FROM inspection WHERE school = :school AND inspection = :new_id;
