-- about: The county allocates money of the year to a school or accounting unit; never more than there is.
-- about_zh: 分配专项经费：给哪所学校，多少，凭证号；不能超过余额。
-- roles: clerk lead
-- params: year:i to_school:i fen:i voucher:t? reason:t on:d
-- scope: county
-- audit: year to_school fen voucher
-- requires: R11
SELECT refuse('R11.not_enough', yuan(l.budget - l.allocated), yuan(:fen))
FROM (SELECT coalesce(sum(CASE kind WHEN 1 THEN fen END), 0) AS budget,
	coalesce(sum(CASE kind WHEN 2 THEN fen END), 0) AS allocated
	FROM county_ledger WHERE year = :year) l
WHERE l.allocated + :fen > l.budget;
SELECT refuse('R11.not_enough', yuan(a.fen), yuan(:fen))
FROM (SELECT coalesce(sum(fen), 0) AS fen FROM county_ledger
	WHERE year = :year AND kind = 2 AND to_school = :to_school) a
WHERE a.fen + :fen < 0;
INSERT INTO county_ledger (entry, year, kind, to_school, fen, voucher, reason, held_on, at, by_staff)
VALUES (:new_id, :year, 2, :to_school, :fen, :voucher, :reason, :on, now_ms(), :staff);
SELECT year, budget, allocated, spent FROM ledger_sum WHERE year = :year;
