-- about: The children of a session pass to another adult, with the count.
-- about_zh: 把一场的孩子交给另一位成人，并清点人数。
-- roles: teacher head guard
-- params: date:d slot:i site:i? grp:i? to_staff:i? from_staff:i? counted:i reason:t?
-- scope: school
-- audit: counted reason
-- requires: R12
INSERT INTO handover (school, date, slot, site, grp, no, from_staff, to_staff, expected,
	counted, reason, at, by_staff)
SELECT :school, :date, :slot, coalesce(:site, 0), coalesce(:grp, 0),
	(SELECT coalesce(max(no), 0) + 1 FROM handover WHERE school = :school AND date = :date
		AND slot = :slot AND site = coalesce(:site, 0) AND grp = coalesce(:grp, 0)),
	coalesce(:from_staff, :staff), :to_staff,
	(SELECT count(*) FROM pupil_here WHERE school = :school AND date = :date
		AND slot = :slot AND site = coalesce(:site, 0) AND grp = coalesce(:grp, 0)),
	:counted, :reason, now_ms(), :staff;
SELECT no, expected, counted, counted - expected AS difference
FROM handover WHERE school = :school AND date = :date AND slot = :slot
	AND site = coalesce(:site, 0) AND grp = coalesce(:grp, 0)
ORDER BY no DESC LIMIT 1;
