-- about: Children and sessions at a site that is not there; sites without a class, or without its year; at the hub, central schools that are not known, or are under one themselves.
-- about_zh: 请核对·校点：没登记的校点；没有城乡分类或分类年份；在县里还有没登记、或自己又归别校管的中心校。
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
UNION ALL
SELECT u.school, u.site, NULL, CASE WHEN c.school IS NULL THEN 'unknown_central' ELSE 'central_under_central' END
FROM site u LEFT JOIN site c ON c.school = u.central AND c.site = 0
WHERE :hub AND (:school IS NULL OR u.school = :school) AND u.central IS NOT NULL
	AND (c.school IS NULL OR c.central IS NOT NULL)
ORDER BY 1, 2, 3;
