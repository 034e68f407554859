-- about: Who is still here.
-- about_zh: 谁还在校。
-- roles: teacher head guard clerk lead auditor
-- params: date:d slot:i? site:i? grp:i?
-- requires: R1
SELECT h.school, h.slot, h.site, h.grp, h.pupil, p.name, strftime('%Y-%m-%d %H:%M:%S', h.at / 1000 + 28800, 'unixepoch') AS since, (SELECT name FROM staff n WHERE n.school = h.school AND n.staff = h.by_staff) AS marked_by
FROM pupil_here h
LEFT JOIN pupil p ON p.school = h.school AND p.pupil = h.pupil
WHERE (:school IS NULL OR h.school = :school) AND h.date = :date AND (:slot IS NULL OR h.slot = :slot)
	AND (:site IS NULL OR h.site = :site) AND (:grp IS NULL OR h.grp = :grp)
ORDER BY h.school, h.slot, h.site, h.grp, p.name;
