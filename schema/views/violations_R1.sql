-- about: Closed sessions with a child that has not left by the records, and children who left twice.
-- about_zh: 已清场而按记录还有孩子未离校的场次；离校两次的孩子。
-- roles: teacher head clerk lead auditor
-- params:
-- requires: R1
SELECT h.school, date('2000-01-01', h.date || ' days') AS date, h.slot, h.site, h.grp, h.pupil, 'not_left' AS what
FROM pupil_here h JOIN closing c ON c.school = h.school AND c.date = h.date
	AND c.slot = h.slot AND c.site = h.site AND c.grp = h.grp
WHERE (:school IS NULL OR h.school = :school)
UNION ALL
SELECT l.school, date('2000-01-01', l.date || ' days'), l.slot, min(l.site), min(l.grp), l.pupil, 'left_twice'
FROM leaving l WHERE (:school IS NULL OR l.school = :school) GROUP BY l.school, l.date, l.slot, l.pupil HAVING count(*) > 1
ORDER BY 1, 2, 3, 6;
