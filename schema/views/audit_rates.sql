-- about: For auditors: every rate of every plan; the month is not looked at.
-- about_zh: 审计·补助标准：各版方案的。
-- roles: head clerk lead auditor
-- params: month:i
-- requires: R11
SELECT version, no, role, class, person, school, unit, unit_min, fen FROM policy_rate
WHERE :month IS NOT NULL ORDER BY version, no;
