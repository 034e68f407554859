-- about: Sessions of a day, or the newest ones, with who watches and how many.
-- about_zh: 各场情况：谁看护、到了几人、清场没有。
-- roles: teacher head guard clerk lead auditor
-- params: date:d?
-- requires: R1 R7
-- ask: school
SELECT s.school, date('2000-01-01', s.date || ' days') AS date, s.slot, s.site, s.grp, (SELECT name FROM staff n WHERE n.school = s.school AND n.staff = s.staff) AS staff, strftime('%H:%M', s.begin_min * 60, 'unixepoch') AS begin, strftime('%H:%M', s.end_min * 60, 'unixepoch') AS end,
	s.activity, s.policy, s.reason,
	(SELECT count(*) FROM attendance a WHERE a.school = s.school AND a.date = s.date
		AND a.slot = s.slot AND a.site = s.site AND a.grp = s.grp) AS marks,
	(SELECT count(*) FROM attendance a WHERE a.school = s.school AND a.date = s.date
		AND a.slot = s.slot AND a.site = s.site AND a.grp = s.grp AND a.state = 1) AS came,
	(SELECT count(*) FROM pupil_here h WHERE h.school = s.school AND h.date = s.date
		AND h.slot = s.slot AND h.site = s.site AND h.grp = s.grp) AS still_here,
	EXISTS (SELECT 1 FROM closing c WHERE c.school = s.school AND c.date = s.date
		AND c.slot = s.slot AND c.site = s.site AND c.grp = s.grp) AS closed
FROM (SELECT school FROM school_known WHERE :school IS NULL UNION SELECT :school WHERE :school IS NOT NULL) k
CROSS JOIN session s ON s.school = k.school
	AND s.date BETWEEN coalesce(:date, 0) AND coalesce(:date, 1 << 30)
ORDER BY s.date DESC, s.school, s.slot, s.site, s.grp LIMIT 1000;
