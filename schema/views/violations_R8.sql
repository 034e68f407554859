-- about: Sessions and plans whose kind the plan does not know, and titles that name a subject lesson.
-- about_zh: 请核对·活动：不在目录里的；名称里有学科课程的。
-- roles: head clerk lead auditor
-- params: from_on:d? until_on:d?
-- requires: R8
SELECT s.school, date('2000-01-01', s.date || ' days') AS date, s.slot, s.site, s.grp, s.activity AS title,
	CASE WHEN s.kind = 90 OR s.activity GLOB '*补课*' OR s.activity GLOB '*集体授课*'
		OR s.activity GLOB '*集体教学*' OR s.activity GLOB '*上新课*' THEN 'teaching'
		WHEN s.activity GLOB '*语文*' OR s.activity GLOB '*数学*' OR s.activity GLOB '*英语*' OR s.activity GLOB '*物理*' OR s.activity GLOB '*化学*' OR s.activity GLOB '*奥数*' THEN 'names_subject' ELSE 'no_kind' END AS what
FROM (SELECT school FROM school_known WHERE :school IS NULL UNION SELECT :school WHERE :school IS NOT NULL) k
CROSS JOIN session s ON s.school = k.school
	AND s.date BETWEEN coalesce(:from_on, 0) AND coalesce(:until_on, 1 << 30)
WHERE s.kind IS NOT NULL AND NOT EXISTS (SELECT 1 FROM policy_entry e WHERE e.version = s.policy
		AND e.list = 1 AND e.code = s.kind)
	OR s.activity GLOB '*补课*' OR s.activity GLOB '*集体授课*' OR s.activity GLOB '*集体教学*'
	OR s.activity GLOB '*上新课*' OR s.activity GLOB '*语文*' OR s.activity GLOB '*数学*' OR s.activity GLOB '*英语*' OR s.activity GLOB '*物理*' OR s.activity GLOB '*化学*' OR s.activity GLOB '*奥数*'
UNION ALL
SELECT i.school, date('2000-01-01', (i.week_on + i.weekday - 1) || ' days'), i.slot, i.site, i.grp, i.title,
	CASE WHEN i.kind = 90 OR i.title GLOB '*补课*' OR i.title GLOB '*集体授课*'
		OR i.title GLOB '*集体教学*' OR i.title GLOB '*上新课*' THEN 'teaching' ELSE 'names_subject' END
FROM (SELECT school FROM school_known WHERE :school IS NULL UNION SELECT :school WHERE :school IS NOT NULL) k
CROSS JOIN plan_item i ON i.school = k.school
	AND i.week_on BETWEEN coalesce(:from_on - 6, 0) AND coalesce(:until_on, 1 << 30)
WHERE i.dropped = 0 AND (i.kind = 90 OR i.title GLOB '*补课*' OR i.title GLOB '*集体授课*'
	OR i.title GLOB '*集体教学*' OR i.title GLOB '*上新课*' OR i.title GLOB '*语文*' OR i.title GLOB '*数学*' OR i.title GLOB '*英语*' OR i.title GLOB '*物理*' OR i.title GLOB '*化学*' OR i.title GLOB '*奥数*')
ORDER BY 1, 2, 3, 4, 5;
