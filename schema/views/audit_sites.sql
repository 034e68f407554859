-- about: For auditors: urban-rural class and kind of each site; the month is not looked at.
-- about_zh: 审计·校点：城乡分类和类别。
-- roles: head clerk lead auditor
-- params: month:i
-- requires: R11
SELECT school, site, name, class, kind FROM site
WHERE (:school IS NULL OR school = :school) AND :month IS NOT NULL ORDER BY school, site;
