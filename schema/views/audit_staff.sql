-- about: For auditors: kind of person, day of the check and bar of everybody on duty; the month is not looked at.
-- about_zh: 审计·人员：类别、查询日期和限制。
-- roles: head clerk lead auditor
-- params: month:i
-- requires: R11
-- ask: school
SELECT school, staff, name, kind, date('2000-01-01', checked_on || ' days') AS checked_on, barred, date('2000-01-01', barred_on || ' days') AS barred_on
FROM standing WHERE (:school IS NULL OR school = :school) AND :month IS NOT NULL
ORDER BY school, staff;
