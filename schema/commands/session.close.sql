-- about: The rooms were checked and are empty; how many the records still have here is kept beside it.
-- about_zh: 查房清场：看过各房间；记下按记录还有几人。
-- roles: teacher head guard
-- params: date:d slot:i site:i? grp:i? empty:b? reason:t?
-- scope: school
-- audit: empty reason
-- requires: R12 R1
INSERT INTO closing (school, date, slot, site, grp, left_here, empty, reason, at, by_staff)
SELECT :school, :date, :slot, coalesce(:site, 0), coalesce(:grp, 0),
	(SELECT count(*) FROM pupil_here WHERE school = :school AND date = :date
		AND slot = :slot AND site = coalesce(:site, 0) AND grp = coalesce(:grp, 0)),
	coalesce(:empty, 1), :reason, now_ms(), :staff
WHERE true
ON CONFLICT DO UPDATE SET left_here = excluded.left_here, empty = excluded.empty,
	reason = excluded.reason, at = excluded.at, by_staff = excluded.by_staff;
SELECT left_here, empty FROM closing
WHERE school = :school AND date = :date AND slot = :slot AND site = coalesce(:site, 0)
	AND grp = coalesce(:grp, 0);
