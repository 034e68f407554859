-- about: Sessions held under an older plan than the one in force.
-- about_zh: 方案已更新而仍按旧方案开展的场次。
-- roles: teacher head clerk lead auditor
-- params:
-- requires: R2
SELECT s.school, date('2000-01-01', s.date || ' days') AS date, s.slot, s.site, s.grp, s.policy,
	(SELECT version FROM policy p WHERE p.withdrawn = 0 AND p.from_on <= s.date
	ORDER BY p.from_on DESC, p.version DESC LIMIT 1) AS in_force, 'older_policy' AS what
FROM session s
WHERE (:school IS NULL OR s.school = :school) AND s.policy IS NOT (SELECT version FROM policy p WHERE p.withdrawn = 0 AND p.from_on <= s.date
	ORDER BY p.from_on DESC, p.version DESC LIMIT 1)
ORDER BY s.school, s.date, s.slot, s.site, s.grp;
