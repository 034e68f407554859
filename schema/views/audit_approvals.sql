-- about: For auditors: the bureau's and the finance office's word on the month, with vouchers.
-- about_zh: 审计·审核：教育局和财政对当月的审核和凭证号。
-- roles: head clerk lead auditor
-- params: month:i
-- requires: R11
SELECT of_school AS school, month, step, state, fen, voucher, reason, at AS at_ms FROM county_step
WHERE (:school IS NULL OR of_school = :school) AND month = :month ORDER BY of_school, step;
