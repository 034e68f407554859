-- about: The school spends of its allocation, for one of the allowed purposes and never more than there is.
-- about_zh: 登记支出：用在规定的用途上，凭证号；不能超过余额。
-- roles: head
-- params: year:i purpose:i fen:i month:i? voucher:t reason:t on:d
-- scope: school
-- audit: purpose fen voucher
-- requires: R11 R4 R5
SELECT refuse('R11.account_unit', u.unit) FROM unit_of u
WHERE u.school = :school AND u.unit <> :school;
SELECT refuse('R11.purpose', :purpose, :reason) WHERE :purpose NOT BETWEEN 1 AND 4;
SELECT refuse('R11.no_voucher', :reason) WHERE trim(:voucher) = '';
SELECT refuse('R11.not_enough', yuan(a.fen - b.fen), yuan(:fen))
FROM (SELECT coalesce(sum(fen), 0) AS fen FROM county_ledger WHERE year = :year AND kind = 2
		AND to_school = :school) a,
	(SELECT coalesce(sum(fen), 0) AS fen FROM spending WHERE school = :school
		AND year = :year) b
WHERE b.fen + :fen > a.fen OR b.fen + :fen < 0;
INSERT INTO spending (school, entry, year, purpose, month, fen, voucher, reason, held_on, at, by_staff)
VALUES (:school, :new_id, :year, :purpose, :month, :fen, :voucher, :reason, :on, now_ms(), :staff);
SELECT a.fen AS allocated, b.fen AS spent, a.fen - b.fen AS left_fen
FROM (SELECT coalesce(sum(fen), 0) AS fen FROM county_ledger WHERE year = :year AND kind = 2
		AND to_school = :school) a,
	(SELECT coalesce(sum(fen), 0) AS fen FROM spending WHERE school = :school
		AND year = :year) b;
