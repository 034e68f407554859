-- about: Lists of the plan in force: kinds of activity (1), indicators (2), phases (3), retention (4).
-- about_zh: 方案里的目录：活动种类、考评指标、阶段、保存期限。
-- roles: teacher head guard clerk lead auditor
-- params: date:d list:i?
-- requires: R2 R8 R15
SELECT e.version, e.list, e.code, e.title, e.body, e.quantity
FROM policy_span p JOIN policy_entry e ON e.version = p.version
WHERE p.from_on <= :date AND p.until_on > :date AND (:list IS NULL OR e.list = :list)
ORDER BY e.list, e.code;
