-- about: Corrects one mark, the same day or later, with the reason.
-- about_zh: 更正考勤：当天或以后都可以，写明原因。
-- roles: teacher head guard
-- params: date:d slot:i site:i? grp:i? pupil:i state:i reason:t?
-- scope: school
-- audit: state reason
-- requires: R12
SELECT refuse('R19.no_number', :pupil) WHERE :pupil <= 0;
SELECT refuse('R12.state', :state) WHERE :state NOT IN (1, 2, 3);
INSERT INTO attendance (school, date, slot, site, grp, pupil, state, at, by_staff, reason)
VALUES (:school, :date, :slot, coalesce(:site, 0), coalesce(:grp, 0), :pupil, :state,
	now_ms(), :staff, :reason)
ON CONFLICT DO UPDATE SET state = :state, at = now_ms(), by_staff = :staff,
	reason = :reason
	WHERE state <> :state OR reason IS NOT :reason;
SELECT pupil, state, reason FROM attendance
WHERE school = :school AND date = :date AND slot = :slot AND site = coalesce(:site, 0)
	AND grp = coalesce(:grp, 0) AND pupil = :pupil;
