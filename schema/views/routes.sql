-- about: Groups that a teacher leads home and buses, with how many children go with them on which weekday.
-- about_zh: 路队和校车：星期几有几个孩子跟着走。
-- roles: teacher head guard clerk lead auditor
-- params:
-- requires: R1
SELECT r.school, r.route, r.kind, r.name,
	(SELECT name FROM staff n WHERE n.school = r.school AND n.staff = r.leader) AS leader,
	strftime('%H:%M', r.leaves_min * 60, 'unixepoch') AS leaves,
	(SELECT json_group_array(json_object('weekday', x.weekday, 'pupils', x.n)) FROM (
		SELECT w.weekday, count(*) AS n FROM way w
		WHERE w.school = r.school AND w.route = r.route GROUP BY w.weekday) x) AS children
FROM route r
WHERE (:school IS NULL OR r.school = :school) AND r.ended_on IS NULL
ORDER BY r.school, r.kind, r.name;
