-- about: The dry run of the turn into a school year: what becomes of each child.
-- about_zh: 学年更替试算：每个孩子升到几年级或毕业。
-- roles: head teacher
-- params: school_year:i
-- requires: R20
SELECT t.pupil, t.name, t.site, t.grade AS from_grade, t.class,
	CASE t.what WHEN 'promoted' THEN t.grade + 1 END AS to_grade, t.what
FROM turn_plan t WHERE t.school = :school AND t.school_year = :school_year
ORDER BY t.what, t.site, t.grade, t.class, t.name, t.pupil;
