-- about: Notes the address and what matters for the child's health; only the school reads it.
-- about_zh: 住址、健康、过敏：只有本校能看。
-- roles: teacher head
-- params: pupil:i address:t? health:t? allergy:t?
-- scope: school
-- requires: R18 R21
SELECT refuse('R19.no_pupil', :pupil)
WHERE NOT EXISTS (SELECT 1 FROM pupil WHERE school = :school AND pupil = :pupil);
SELECT refuse('R18.paper_only', p.name, date('2000-01-01', d.given_on || ' days'))
FROM pupil p JOIN data_now d ON d.school = p.school AND d.pupil = p.pupil
WHERE p.school = :school AND p.pupil = :pupil AND d.choice = 0;
UPDATE pupil SET address = coalesce(:address, address), health = coalesce(:health, health),
	allergy = coalesce(:allergy, allergy)
WHERE school = :school AND pupil = :pupil;
