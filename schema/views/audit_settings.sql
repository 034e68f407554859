-- about: For auditors: cut-off day and monthly cap of every plan; the month is not looked at.
-- about_zh: 审计·参数：各版方案的截止日和月上限。
-- roles: head clerk lead auditor
-- params: month:i
-- requires: R11
SELECT version, no, name, value, class, kind, school, site FROM policy_setting
WHERE name IN ('cutoff_day', 'cap_month_fen') AND :month IS NOT NULL ORDER BY version, no;
