-- about: What to do and whom to dial for a kind of incident: the county's newest plan, the school's own revision, the numbers.
-- about_zh: 应急步骤和电话：哪类事件怎样处置、打什么电话。
-- roles: teacher head guard clerk lead auditor
-- params: kind:i date:d
-- requires: R13 R14
SELECT 1 AS sort, 'plan' AS what, p.title AS name, p.body AS text,
	date('2000-01-01', p.from_on || ' days') AS since
FROM emergency_plan p WHERE p.kind = :kind AND p.version = (SELECT max(version)
	FROM emergency_plan WHERE kind = :kind AND from_on <= :date)
UNION ALL
SELECT 2, 'school_plan', NULL, r.body, date('2000-01-01', r.revised_on || ' days')
FROM plan_revision r WHERE r.school = :school AND r.kind = :kind
	AND (r.revised_on, r.revision) = (SELECT x.revised_on, x.revision FROM plan_revision x
		WHERE x.school = :school AND x.kind = :kind AND x.revised_on <= :date
		ORDER BY x.revised_on DESC, x.revision DESC LIMIT 1)
UNION ALL
SELECT 3, 'number', n.name, n.phone, NULL FROM school_number n
WHERE n.school = :school AND n.kind IN (0, :kind) AND coalesce(n.ended_on, 1 << 30) > :date
UNION ALL
SELECT 4, 'number', c.name, c.phone, NULL FROM emergency_number c
WHERE c.to_school IN (0, :school) AND c.kind IN (0, :kind)
	AND coalesce(c.ended_on, 1 << 30) > :date
ORDER BY 1, 3;
