-- about: No service on a day, or another end, for weather or another reason; the end of sessions already opened moves too.
-- about_zh: 临时停课、改放学时间：哪天、哪个时段，写明原因（天气等）。
-- roles: head
-- params: date:d slot:i site:i? end:m? reason:t undone:b?
-- scope: school
-- audit: date reason
-- requires: R2 R7
SELECT refuse('R7.slot', :slot) WHERE :slot NOT IN (1, 2);
SELECT refuse('R2.no_reason', date('2000-01-01', :date || ' days')) WHERE trim(:reason) = '';
INSERT INTO closure (school, site, date, slot, end_min, reason, undone, at, by_staff)
VALUES (:school, coalesce(:site, 0), :date, :slot, :end, :reason, coalesce(:undone, 0), now_ms(), :staff)
ON CONFLICT DO UPDATE SET end_min = excluded.end_min, reason = excluded.reason,
	undone = excluded.undone, at = excluded.at, by_staff = excluded.by_staff;
UPDATE session SET end_min = :end, reason = coalesce(reason, :reason)
WHERE school = :school AND date = :date AND slot = :slot AND site = coalesce(:site, 0)
	AND :end > begin_min AND coalesce(:undone, 0) = 0 AND NOT EXISTS (SELECT 1
	FROM statement_step WHERE school = :school AND step = 1
	AND month = CAST(strftime('%Y%m', '2000-01-01', :date || ' days') AS INTEGER));
SELECT date('2000-01-01', date || ' days') AS date, slot, site, reason FROM closure
WHERE school = :school AND site = coalesce(:site, 0) AND date = :date AND slot = :slot;
