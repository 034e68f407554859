-- about: Children and sessions at a site that is not there; sites without a class, or without its year.
-- about_zh: 校点未登记的孩子和场次；没有城乡分类、或没有分类年份的校点。
-- roles: teacher head clerk lead auditor
-- params:
-- requires: R5
SELECT e.school, e.site, e.pupil, 'unknown_site' AS what FROM enrolment e
WHERE (:school IS NULL OR e.school = :school) AND NOT EXISTS (SELECT 1 FROM site s WHERE s.school = e.school
	AND s.site = e.site)
UNION ALL
SELECT t.school, t.site, NULL, 'no_class' FROM site t WHERE (:school IS NULL OR t.school = :school) AND t.class IS NULL
UNION ALL
SELECT y.school, y.site, NULL, 'no_class_year' FROM site y
WHERE (:school IS NULL OR y.school = :school) AND y.class IS NOT NULL AND y.class_year IS NULL
ORDER BY 1, 2, 3;
