-- about: Money for the service in a year: of the county (1) or a higher government (2). A family (9) pays nothing and is refused.
-- about_zh: 设立专项经费：当年多少，哪级财政；家庭不得交费，一律拒绝。
-- roles: clerk lead
-- params: year:i fen:i voucher:t? reason:t on:d payer:i?
-- scope: county
-- audit: year fen voucher payer
-- requires: R11 R4
SELECT refuse('R4.family_payer', yuan(:fen), :reason) WHERE :payer = 9;
SELECT refuse('R11.payer', :payer) WHERE :payer NOT IN (1, 2, 9);
SELECT refuse('R11.year', :year) WHERE :year NOT BETWEEN 2000 AND 2199;
SELECT refuse('R11.not_enough', yuan((SELECT coalesce(sum(fen), 0) FROM county_ledger
	WHERE year = :year AND kind = 1)), yuan(:fen))
WHERE :fen < 0 AND (SELECT coalesce(sum(CASE kind WHEN 1 THEN fen ELSE -fen END), 0)
	FROM county_ledger WHERE year = :year) + :fen < 0;
INSERT INTO county_ledger (entry, year, kind, to_school, fen, voucher, reason, held_on, at, by_staff,
	payer)
VALUES (:new_id, :year, 1, 0, :fen, :voucher, :reason, :on, now_ms(), :staff, coalesce(:payer, 1));
SELECT year, budget, allocated, spent FROM ledger_sum WHERE year = :year;
