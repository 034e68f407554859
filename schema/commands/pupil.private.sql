-- about: Notes the address and what matters for the child's health; only the school reads it.
-- about_zh: 记录住址和健康注意事项；只有学校能看。
-- roles: teacher head
-- params: pupil:i address:t? health:t?
-- scope: school
-- requires: R18
SELECT refuse('R19.no_pupil', :pupil)
WHERE NOT EXISTS (SELECT 1 FROM pupil WHERE school = :school AND pupil = :pupil);
UPDATE pupil SET address = coalesce(:address, address), health = coalesce(:health, health)
WHERE school = :school AND pupil = :pupil;
