-- about: What a version of the plan changes against the one before: each line that is new, each that is gone, and whether the school has confirmed it.
-- about_zh: 方案改了什么：和上一版比，新增的、去掉的，学校签收了没有。
-- roles: teacher head guard clerk lead auditor
-- params: version:i
-- requires: R2
WITH old AS (SELECT l.* FROM policy_line l WHERE l.version = (SELECT max(version) FROM policy
	WHERE version < :version AND withdrawn = 0)),
new AS (SELECT l.* FROM policy_line l WHERE l.version = :version)
SELECT n.part, 'new' AS change, n.no, n.class, n.slot, n.place, n.value,
	EXISTS (SELECT 1 FROM policy_read r WHERE r.version = :version AND r.school = :school) AS confirmed
FROM new n WHERE NOT EXISTS (SELECT 1 FROM old o WHERE o.part = n.part AND o.class IS n.class
	AND o.slot IS n.slot AND o.place IS n.place AND o.value = n.value)
UNION ALL
SELECT o.part, 'gone', o.no, o.class, o.slot, o.place, o.value,
	EXISTS (SELECT 1 FROM policy_read r WHERE r.version = :version AND r.school = :school)
FROM old o WHERE NOT EXISTS (SELECT 1 FROM new n WHERE o.part = n.part AND o.class IS n.class
	AND o.slot IS n.slot AND o.place IS n.place AND o.value = n.value)
	AND EXISTS (SELECT 1 FROM policy WHERE version = :version)
ORDER BY 1, 3, 2;
