-- about: Adds a site; number 0 is the school itself, or changes what is known of it.
-- about_zh: 登记校点或更改其资料；0 号是学校本部。
-- roles: head clerk
-- params: site:i name:t class:i? class_year:i? kind:i? boarding:b? phase:i?
-- scope: school
-- requires: R5
SELECT refuse('R5.site_number', :site) WHERE :site NOT BETWEEN 0 AND 99;
SELECT refuse('R5.class', :class)
WHERE :class IS NOT NULL AND :class NOT IN (111, 112, 121, 122, 123, 210, 220);
INSERT INTO site (school, site, name, class, class_year, kind, boarding, phase)
VALUES (:school, :site, :name, :class, :class_year, :kind, coalesce(:boarding, 0),
	coalesce(:phase, 1))
ON CONFLICT DO UPDATE SET name = excluded.name, class = coalesce(:class, class),
	class_year = coalesce(:class_year, class_year), kind = coalesce(:kind, kind),
	boarding = coalesce(:boarding, boarding), phase = coalesce(:phase, phase);
SELECT site, name, class FROM site WHERE school = :school AND site = :site;
