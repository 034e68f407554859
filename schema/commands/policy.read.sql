-- about: The school has seen a version of the county's plan.
-- about_zh: 签收方案：学校看过了这一版。
-- roles: head
-- params: version:i
-- scope: school
-- requires: R2
SELECT refuse('R2.no_version', :version)
WHERE NOT EXISTS (SELECT 1 FROM policy WHERE version = :version);
INSERT INTO policy_read (school, version, at, by_staff)
VALUES (:school, :version, now_ms(), :staff) ON CONFLICT DO NOTHING;
