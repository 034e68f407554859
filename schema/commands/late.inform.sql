-- about: Nobody has fetched this child: the head, or whoever is named, was informed.
-- about_zh: 告知校长：孩子没有按时接走。
-- roles: teacher head guard
-- params: date:d slot:i pupil:i informed:i?
-- scope: school
-- audit: informed
-- requires: R12
SELECT refuse('R19.no_number', :pupil) WHERE :pupil <= 0;
INSERT INTO late_pickup (school, date, slot, pupil, informed, informed_at, by_staff)
SELECT :school, :date, :slot, :pupil, coalesce(:informed, (SELECT min(staff) FROM staff
	WHERE school = :school AND active = 1 AND roles & 2)), now_ms(), :staff
WHERE true
ON CONFLICT DO UPDATE SET informed = excluded.informed,
	informed_at = excluded.informed_at, by_staff = excluded.by_staff
	WHERE informed_at IS NULL;
SELECT pupil, informed FROM late_pickup
WHERE school = :school AND date = :date AND slot = :slot AND pupil = :pupil;
