-- about: Settings of the plan in force, as they hold at each site.
-- about_zh: 方案里的规定：在各校点实际是多少。
-- roles: teacher head guard clerk lead auditor
-- params: date:d name:t?
-- requires: R2 R5
SELECT v.school, v.site, v.version, v.name, v.value
FROM policy_span p JOIN setting_of v ON v.version = p.version
WHERE p.from_on <= :date AND p.until_on > :date AND (:name IS NULL OR v.name = :name)
	AND (:school IS NULL OR v.school = :school)
ORDER BY v.school, v.site, v.name;
