-- about: For auditors: what schools spent in the month's year, with vouchers.
-- about_zh: 审计·支出：当年的，带凭证号。
-- roles: head clerk lead auditor
-- params: month:i
-- requires: R11
SELECT school, entry, year, purpose, month, fen, voucher, reason,
	date('2000-01-01', held_on || ' days') AS date
FROM spending WHERE (:school IS NULL OR school = :school) AND year = :month / 100
ORDER BY school, held_on, entry;
