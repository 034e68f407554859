-- about: The school signs the month's statement: the month is locked, what comes later is paid next month.  One that the county sent back is signed again: its sum is taken anew, the lock stays where it was.
-- about_zh: 签字锁定补助表：这个月不再变，以后记的算到下月。县里退回的，改好再签一次。
-- roles: head
-- params: month:i signer:t? posted_on:d?
-- scope: school
-- audit: month
-- requires: R11
SELECT refuse('R11.month', :month)
WHERE :month NOT BETWEEN 200001 AND 219912 OR :month % 100 NOT BETWEEN 1 AND 12;
SELECT refuse('R11.month_not_over', printf('%d-%02d', :month / 100, :month % 100))
WHERE CAST(strftime('%Y%m', now_ms() / 1000 + 28800, 'unixepoch') AS INTEGER) <= :month;
SELECT refuse('R11.submitted', printf('%d-%02d', :month / 100, :month % 100))
WHERE EXISTS (SELECT 1 FROM statement_step WHERE school = :school AND month = :month AND step = 1)
	AND NOT (EXISTS (SELECT 1 FROM county_step WHERE of_school = :school AND month = :month
			AND state = 2)
		AND NOT EXISTS (SELECT 1 FROM county_step WHERE of_school = :school
			AND month = :month AND step = 5 AND state = 1));
DELETE FROM statement_step WHERE school = :school AND month = :month AND step IN (2, 3);
INSERT INTO statement_step (school, month, step, fen, people, signer, posted_on, at, by_staff)
SELECT :school, :month, 1, coalesce(fen, 0), people, :signer, :posted_on, now_ms(), :staff FROM (
-- include duty
SELECT sum(fen) AS fen, count(*) AS people FROM line)
WHERE true
ON CONFLICT DO UPDATE SET fen = excluded.fen, people = excluded.people,
	signer = coalesce(excluded.signer, signer),
	posted_on = coalesce(excluded.posted_on, posted_on), renewed_at = now_ms(),
	by_staff = excluded.by_staff;
SELECT month, fen, people FROM statement_step
WHERE school = :school AND month = :month AND step = 1;
