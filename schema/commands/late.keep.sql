-- about: A guard or a named adult keeps a child whom nobody has fetched, with signature.
-- about_zh: 登记看护人：没接走的孩子交给保安或哪位成人看着，并签字。
-- roles: teacher head guard
-- params: date:d slot:i pupil:i kept_by:i? person:t? signed:b?
-- scope: school
-- audit: kept_by person signed
-- requires: R12
SELECT refuse('R19.no_number', :pupil) WHERE :pupil <= 0;
INSERT INTO late_pickup (school, date, slot, pupil, kept_by, kept_person, kept_at, signed,
	by_staff)
SELECT :school, :date, :slot, :pupil,
	CASE WHEN :person IS NULL THEN coalesce(:kept_by, :staff) ELSE :kept_by END, :person,
	now_ms(), coalesce(:signed, 0), :staff
WHERE true
ON CONFLICT DO UPDATE SET kept_by = excluded.kept_by, kept_person = excluded.kept_person,
	kept_at = excluded.kept_at, signed = excluded.signed, by_staff = excluded.by_staff;
SELECT pupil, kept_by, signed FROM late_pickup
WHERE school = :school AND date = :date AND slot = :slot AND pupil = :pupil;
