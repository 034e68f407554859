-- about: Who is still here; with a time, who was here at that minute, and who watched.
-- about_zh: 谁还在校：写了时间的，那一分钟谁在、谁看护。
-- roles: teacher head guard clerk lead auditor
-- params: date:d slot:i? site:i? grp:i? time:m?
-- requires: R1
SELECT a.school, a.slot, a.site, a.grp, a.pupil, p.name,
	strftime('%Y-%m-%d %H:%M:%S', a.at / 1000 + 28800, 'unixepoch') AS since,
	(SELECT name FROM staff n WHERE n.school = a.school AND n.staff = a.by_staff) AS marked_by,
	(SELECT n.name FROM staff n WHERE n.school = a.school AND n.staff = coalesce((
		SELECT h.to_staff FROM handover h WHERE h.school = a.school AND h.date = a.date
			AND h.slot = a.slot AND h.site = a.site AND h.grp = a.grp
			AND h.to_staff IS NOT NULL AND h.at <= coalesce(
				((:date + 10957) * 1440 + :time - 480) * 60000, h.at)
		ORDER BY h.no DESC LIMIT 1),
		(SELECT s.staff FROM session s WHERE s.school = a.school AND s.date = a.date
			AND s.slot = a.slot AND s.site = a.site AND s.grp = a.grp))) AS watched_by
FROM (SELECT school FROM school_known WHERE :school IS NULL UNION SELECT :school WHERE :school IS NOT NULL) k
CROSS JOIN attendance a ON a.school = k.school AND a.date = :date
LEFT JOIN pupil p ON p.school = a.school AND p.pupil = a.pupil
WHERE a.state = 1 AND (:slot IS NULL OR a.slot = :slot)
	AND (:site IS NULL OR a.site = :site) AND (:grp IS NULL OR a.grp = :grp)
	AND a.at <= coalesce(((:date + 10957) * 1440 + :time - 480) * 60000, a.at)
	AND NOT EXISTS (SELECT 1 FROM leaving l WHERE l.school = a.school AND l.date = a.date
		AND l.slot = a.slot AND l.site = a.site AND l.grp = a.grp AND l.pupil = a.pupil
		AND l.at <= coalesce(((:date + 10957) * 1440 + :time - 480) * 60000, l.at))
ORDER BY a.school, a.slot, a.site, a.grp, p.name;
