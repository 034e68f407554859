-- about: Publishes a version of the plan from its checked document (docs/policy.md).
-- about_zh: 用核对过的文件发布一版方案（docs/policy.md）。
-- roles: clerk lead
-- params: document:j
-- scope: county
-- audit: document
-- requires: R2 R7 R3
SELECT refuse('R2.version_known', json_extract(:document, '$.version'))
WHERE EXISTS (SELECT 1 FROM policy WHERE version = json_extract(:document, '$.version'));
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
INSERT INTO policy_window (version, no, class, from_md, until_md, slot, begin_min, end_min)
SELECT json_extract(:document, '$.version'), key + 1, json_extract(value, '$.class'),
	json_extract(value, '$.from'), json_extract(value, '$.until'),
	json_extract(value, '$.slot'), json_extract(value, '$.begin'),
	json_extract(value, '$.end')
FROM json_each(:document, '$.windows');
INSERT INTO consent_notice (version, from_on, material, title, body)
SELECT json_extract(n, '$.version'), json_extract(n, '$.from'),
	json_extract(n, '$.material'), json_extract(n, '$.title'), json_extract(n, '$.body')
FROM (SELECT json_extract(:document, '$.consent_notice') AS n)
WHERE n IS NOT NULL
ON CONFLICT DO NOTHING;
SELECT version, title, date('2000-01-01', from_on || ' days') AS from_on
FROM policy WHERE version = json_extract(:document, '$.version');
