-- about: Publishes a version of the plan from its checked document (docs/policy.md).
-- about_zh: 发布方案：选方案文件（一般用命令 kehou policy publish，先核对再发）。
-- roles: clerk lead
-- params: document:j
-- scope: county
-- audit: document
-- requires: R2 R7 R3
SELECT refuse('R2.no_document') WHERE typeof(json_extract(:document, '$.version')) <> 'integer'
	OR typeof(json_extract(:document, '$.from')) <> 'integer';
SELECT refuse('R2.version_known', json_extract(:document, '$.version'))
WHERE EXISTS (SELECT 1 FROM policy WHERE version = json_extract(:document, '$.version'));
SELECT refuse('R8.teaching', json_extract(value, '$.title'))
FROM json_each(:document, '$.activities')
WHERE json_extract(value, '$.code') = 90 OR json_extract(value, '$.title') GLOB '*补课*'
	OR json_extract(value, '$.title') GLOB '*授课*' OR json_extract(value, '$.title') GLOB '*教学*'
	OR json_extract(value, '$.title') GLOB '*培优*' LIMIT 1;
SELECT refuse('R3.notice_changed', json_extract(:document, '$.consent_notice.version'))
FROM consent_notice n
WHERE n.version = json_extract(:document, '$.consent_notice.version')
	AND (n.body <> json_extract(:document, '$.consent_notice.body')
		OR n.from_on <> json_extract(:document, '$.consent_notice.from'));
INSERT INTO policy (version, from_on, title, at, withdrawn)
VALUES (json_extract(:document, '$.version'), json_extract(:document, '$.from'),
	json_extract(:document, '$.title'), now_ms(), 0);
INSERT INTO policy_term (version, no, from_on, until_on)
SELECT json_extract(:document, '$.version'), key + 1, json_extract(value, '$.from'),
	json_extract(value, '$.until')
FROM json_each(:document, '$.terms');
INSERT INTO policy_day (version, day, kind, name)
SELECT json_extract(:document, '$.version'), json_extract(value, '$.day'),
	json_extract(value, '$.kind'), json_extract(value, '$.name')
FROM json_each(:document, '$.days');
INSERT INTO policy_window (version, no, class, from_md, until_md, slot, begin_min, end_min,
	kind, school, site)
SELECT json_extract(:document, '$.version'), key + 1, coalesce(json_extract(value, '$.class'), 0),
	json_extract(value, '$.from'), json_extract(value, '$.until'),
	json_extract(value, '$.slot'), json_extract(value, '$.begin'),
	json_extract(value, '$.end'), coalesce(json_extract(value, '$.kind'), 0),
	coalesce(json_extract(value, '$.school'), 0), coalesce(json_extract(value, '$.site'), -1)
FROM json_each(:document, '$.windows');
INSERT INTO policy_rate (version, no, role, class, person, school, unit, unit_min, fen)
SELECT json_extract(:document, '$.version'), key + 1, coalesce(json_extract(value, '$.role'), 0),
	coalesce(json_extract(value, '$.class'), 0), coalesce(json_extract(value, '$.person'), 0),
	coalesce(json_extract(value, '$.school'), 0), json_extract(value, '$.unit'),
	coalesce(json_extract(value, '$.unit_min'), 60), json_extract(value, '$.fen')
FROM json_each(:document, '$.rates');
INSERT INTO policy_setting (version, no, name, value, class, kind, school, site)
SELECT json_extract(:document, '$.version'), key + 1, json_extract(value, '$.name'),
	CAST(json_extract(value, '$.value') AS TEXT), coalesce(json_extract(value, '$.class'), 0),
	coalesce(json_extract(value, '$.kind'), 0), coalesce(json_extract(value, '$.school'), 0),
	coalesce(json_extract(value, '$.site'), -1)
FROM json_each(:document, '$.settings');
INSERT INTO policy_entry (version, list, code, title, body, quantity)
SELECT json_extract(:document, '$.version'), 1, json_extract(value, '$.code'),
	json_extract(value, '$.title'), json_extract(value, '$.body'), json_extract(value, '$.quantity')
FROM json_each(:document, '$.activities')
UNION ALL
SELECT json_extract(:document, '$.version'), 2, json_extract(value, '$.code'),
	json_extract(value, '$.title'), json_extract(value, '$.body'), json_extract(value, '$.quantity')
FROM json_each(:document, '$.indicators')
UNION ALL
SELECT json_extract(:document, '$.version'), 3, json_extract(value, '$.code'),
	json_extract(value, '$.title'), json_extract(value, '$.body'), json_extract(value, '$.quantity')
FROM json_each(:document, '$.phases')
UNION ALL
SELECT json_extract(:document, '$.version'), 4, json_extract(value, '$.code'),
	json_extract(value, '$.title'), json_extract(value, '$.body'), json_extract(value, '$.quantity')
FROM json_each(:document, '$.retention');
INSERT INTO emergency_plan (kind, version, title, body, from_on, cluster_day, cluster_days,
	report_hours)
SELECT json_extract(value, '$.kind'), json_extract(:document, '$.version'),
	json_extract(value, '$.title'), json_extract(value, '$.body'),
	json_extract(:document, '$.from'), json_extract(value, '$.cluster_day'),
	json_extract(value, '$.cluster_days'), json_extract(value, '$.report_hours')
FROM json_each(:document, '$.emergency_plans') WHERE true
ON CONFLICT DO NOTHING;
INSERT INTO consent_notice (version, from_on, material, title, body)
SELECT json_extract(n, '$.version'), json_extract(n, '$.from'),
	json_extract(n, '$.material'), json_extract(n, '$.title'), json_extract(n, '$.body')
FROM (SELECT json_extract(:document, '$.consent_notice') AS n)
WHERE n IS NOT NULL
ON CONFLICT DO NOTHING;
SELECT version, title, date('2000-01-01', from_on || ' days') AS from_on
FROM policy WHERE version = json_extract(:document, '$.version');
