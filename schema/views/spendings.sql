-- about: What a school spent, with voucher and purpose.
-- about_zh: 支出明细：凭证和用途。
-- roles: head clerk lead auditor
-- params: year:i?
-- requires: R11
SELECT school, entry, year, purpose, month, fen, voucher, reason,
	date('2000-01-01', held_on || ' days') AS date
FROM spending WHERE (:school IS NULL OR school = :school) AND (:year IS NULL OR year = :year)
ORDER BY school, held_on, entry LIMIT 5000;
