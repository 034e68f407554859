-- about: For auditors: budget and allocations of the month's year, with vouchers.
-- about_zh: 审计·预算和分配：当年的，带凭证号。
-- roles: head clerk lead auditor
-- params: month:i
-- requires: R11
SELECT entry, year, kind, to_school, fen, voucher, reason, date('2000-01-01', held_on || ' days') AS date
FROM county_ledger WHERE year = :month / 100 ORDER BY held_on, entry;
