-- about: Children and sessions at a site that is not there; sites without a class.
-- about_zh: 校点未登记的孩子和场次；没有城乡分类的校点。
-- roles: teacher head clerk lead auditor
-- params:
-- requires: R5
SELECT e.school, e.site, e.pupil, 'unknown_site' AS what FROM enrolment e
WHERE (:school IS NULL OR e.school = :school) AND NOT EXISTS (SELECT 1 FROM site s WHERE s.school = e.school
	AND s.site = e.site)
UNION ALL
SELECT t.school, t.site, NULL, 'no_class' FROM site t WHERE (:school IS NULL OR t.school = :school) AND t.class IS NULL
ORDER BY 1, 2, 3;
