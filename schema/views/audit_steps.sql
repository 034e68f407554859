-- about: For auditors: what the schools signed, a year around the month.
-- about_zh: 审计·学校确认的金额：各步的（前后一年）。
-- roles: head clerk lead auditor
-- params: month:i
-- requires: R11
SELECT school, month, step, fen, people, signer, date('2000-01-01', posted_on || ' days') AS posted_on, at AS at_ms
FROM statement_step
WHERE (:school IS NULL OR school = :school) AND month BETWEEN :month - 100 AND :month + 100
ORDER BY school, month, step;
