-- about: For auditors: every voucher number of the month's approvals and the year's money.
-- about_zh: 审计·凭证号：当月审核和当年收支的全部。
-- roles: head clerk lead auditor
-- params: month:i
-- requires: R11
SELECT voucher, 'approval' AS what, of_school AS school, fen FROM county_step
WHERE trim(voucher) <> '' AND month = :month AND (:school IS NULL OR of_school = :school)
UNION ALL SELECT voucher, 'ledger', to_school, fen FROM county_ledger
WHERE trim(voucher) <> '' AND year = :month / 100
UNION ALL SELECT voucher, 'spending', school, fen FROM spending
WHERE trim(voucher) <> '' AND year = :month / 100 AND (:school IS NULL OR school = :school)
ORDER BY 1, 2, 3, 4;
