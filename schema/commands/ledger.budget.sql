-- about: The county sets aside money for the service in a year.
-- about_zh: 县级设立当年课后服务专项经费。
-- roles: clerk lead
-- params: year:i fen:i voucher:t? reason:t on:d
-- scope: county
-- audit: year fen voucher
-- requires: R11
SELECT refuse('R11.year', :year) WHERE :year NOT BETWEEN 2000 AND 2199;
SELECT refuse('R11.not_enough', (SELECT coalesce(sum(fen), 0) FROM county_ledger
	WHERE year = :year AND kind = 1), :fen)
WHERE :fen < 0 AND (SELECT coalesce(sum(CASE kind WHEN 1 THEN fen ELSE -fen END), 0)
	FROM county_ledger WHERE year = :year) + :fen < 0;
INSERT INTO county_ledger (entry, year, kind, to_school, fen, voucher, reason, held_on, at, by_staff)
VALUES (:new_id, :year, 1, 0, :fen, :voucher, :reason, :on, now_ms(), :staff);
SELECT year, budget, allocated, spent FROM ledger_sum WHERE year = :year;
