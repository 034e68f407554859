-- about: Children still here after the session's end, with the minutes; due after 30: the head is informed, a guard or named adult keeps the child.
-- about_zh: 还没接走的孩子：过了多少分钟；满 30 分钟要告知校长，交给保安或哪位成人看护。
-- roles: teacher head guard clerk lead
-- params: date:d time:m
-- requires: R12
SELECT h.school, h.slot, h.site, h.grp, h.pupil, p.name,
	:time - coalesce(s.end_min, CASE h.slot WHEN 1 THEN 840 ELSE 1080 END) AS minutes,
	:time - coalesce(s.end_min, CASE h.slot WHEN 1 THEN 840 ELSE 1080 END) >= 30 AS due,
	(SELECT name FROM staff n WHERE n.school = h.school AND n.staff = t.informed) AS informed,
	strftime('%H:%M', t.informed_at / 1000 + 28800, 'unixepoch') AS informed_at,
	coalesce((SELECT name FROM staff n WHERE n.school = h.school AND n.staff = t.kept_by),
		t.kept_person) AS kept_by, t.signed
FROM (SELECT school FROM school_known WHERE :school IS NULL UNION SELECT :school WHERE :school IS NOT NULL) k
CROSS JOIN pupil_here h ON h.school = k.school AND h.date = :date
LEFT JOIN session s ON s.school = h.school AND s.date = h.date AND s.slot = h.slot
	AND s.site = h.site AND s.grp = h.grp
LEFT JOIN pupil p ON p.school = h.school AND p.pupil = h.pupil
LEFT JOIN late_pickup t ON t.school = h.school AND t.date = h.date AND t.slot = h.slot
	AND t.pupil = h.pupil
WHERE :time >= coalesce(s.end_min, CASE h.slot WHEN 1 THEN 840 ELSE 1080 END)
ORDER BY minutes DESC, h.school, h.slot, p.name;
