-- about: Closed sessions with a child that has not left by the records, children who left twice, children alone on the way without a guardian's written request.
-- about_zh: 请核对·离校：已清场而还有孩子没离校；离校记了两次；没有书面申请而自行回家。
-- roles: teacher head clerk lead auditor
-- params: from_on:d? until_on:d?
-- requires: R1
-- each: school
SELECT h.school, date('2000-01-01', h.date || ' days') AS date, h.slot, h.site, h.grp, h.pupil, 'not_left' AS what
FROM (SELECT :school AS school) k
CROSS JOIN closing c ON c.school = k.school
	AND c.date BETWEEN coalesce(:from_on, 0) AND coalesce(:until_on, 1 << 30)
CROSS JOIN pupil_here h ON h.school = c.school AND h.date = +c.date
	AND h.slot = c.slot AND h.site = c.site AND h.grp = c.grp
UNION ALL
SELECT l.school, date('2000-01-01', l.date || ' days'), l.slot, min(l.site), min(l.grp), l.pupil, 'left_twice'
FROM (SELECT :school AS school) k
CROSS JOIN leaving l ON l.school = k.school
	AND l.date BETWEEN coalesce(:from_on, 0) AND coalesce(:until_on, 1 << 30)
GROUP BY l.school, l.date, l.slot, l.pupil HAVING count(*) > 1
UNION ALL
SELECT v.school, date('2000-01-01', v.date || ' days'), v.slot, v.site, v.grp, v.pupil, 'alone_not_asked'
FROM (SELECT :school AS school) k
CROSS JOIN leaving v ON v.school = k.school
	AND v.date BETWEEN coalesce(:from_on, 0) AND coalesce(:until_on, 1 << 30)
WHERE v.how = 4 AND NOT EXISTS (SELECT 1 FROM way w WHERE w.school = v.school
	AND w.pupil = v.pupil AND w.asked_on <= v.date)
UNION ALL
SELECT y.school, NULL, NULL, NULL, NULL, y.pupil, 'alone_not_asked'
FROM way y
WHERE y.school = :school AND y.how = 4 AND y.asked_on IS NULL
ORDER BY 1, 2, 3, 6;
