-- about: The children of a session pass to another adult, with the count.  A difference, a missing second person (one-teacher point), an emergency cover are recorded with the reason.
-- about_zh: 交接：把一场的孩子交给另一个人，当面点清；人数不符、没有第二人、紧急代看的写明原因。
-- roles: teacher head guard
-- params: date:d slot:i site:i? grp:i? to_staff:i? from_staff:i? counted:i reason:t? kind:i?
-- scope: school
-- audit: counted reason kind
-- requires: R12
SELECT refuse('R12.handover_kind', :kind) WHERE :kind NOT BETWEEN 1 AND 3;
INSERT INTO handover (school, date, slot, site, grp, no, from_staff, to_staff, expected,
	counted, reason, at, by_staff, kind)
SELECT :school, :date, :slot, coalesce(:site, 0), coalesce(:grp, 0),
	(SELECT coalesce(max(no), 0) + 1 FROM handover WHERE school = :school AND date = :date
		AND slot = :slot AND site = coalesce(:site, 0) AND grp = coalesce(:grp, 0)),
	coalesce(:from_staff, :staff), :to_staff,
	(SELECT count(*) FROM pupil_here WHERE school = :school AND date = :date
		AND slot = :slot AND site = coalesce(:site, 0) AND grp = coalesce(:grp, 0)),
	:counted, :reason, now_ms(), :staff, coalesce(:kind, 1);
SELECT no, expected, counted, counted - expected AS difference, kind
FROM handover WHERE school = :school AND date = :date AND slot = :slot
	AND site = coalesce(:site, 0) AND grp = coalesce(:grp, 0)
ORDER BY no DESC LIMIT 1;
