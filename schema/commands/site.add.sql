-- about: Adds a site; number 0 is the school itself, or changes what is known of it.
-- about_zh: 登记、更改校点：名称、城乡分类、类别、中心校。
-- roles: head clerk
-- params: site:i name:t? class:i? class_year:i? kind:i? stage:i? boarding:b? account_unit:i? central:i?
-- scope: school
-- requires: R5
SELECT refuse('R5.site_number', :site) WHERE :site NOT BETWEEN 0 AND 99;
SELECT refuse('R5.class', :class)
WHERE :class IS NOT NULL AND :class NOT IN (111, 112, 121, 122, 123, 210, 220);
SELECT refuse('R5.kind', :kind) WHERE :kind NOT BETWEEN 1 AND 5;
SELECT refuse('R5.stage', :stage) WHERE :stage NOT BETWEEN 1 AND 3;
SELECT refuse('R5.central', :central)
WHERE :central <> 0 AND (:central = :school OR :site <> 0 OR :central NOT BETWEEN 1000000000 AND 9999999999);
SELECT refuse('R5.no_name', :site) WHERE trim(coalesce(:name, '')) = ''
	AND NOT EXISTS (SELECT 1 FROM site WHERE school = :school AND site = :site);
INSERT INTO site (school, site, name, class, class_year, kind, stage, boarding, account_unit,
	central)
VALUES (:school, :site, :name, :class, :class_year, :kind, :stage, coalesce(:boarding, 0),
	:account_unit, nullif(:central, 0))
ON CONFLICT DO UPDATE SET name = coalesce(:name, name), class = coalesce(:class, class),
	class_year = coalesce(:class_year, class_year), kind = coalesce(:kind, kind),
	stage = coalesce(:stage, stage), boarding = coalesce(:boarding, boarding),
	account_unit = coalesce(:account_unit, account_unit),
	central = CASE WHEN :central IS NULL THEN central ELSE nullif(:central, 0) END;
SELECT site, name, class FROM site WHERE school = :school AND site = :site;
