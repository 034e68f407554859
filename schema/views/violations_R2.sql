-- about: Sessions held under an older plan than the one in force; orders by telephone that nothing in writing followed in seven days; plans that a school has not confirmed.
-- about_zh: 请核对·方案：新方案到了还按旧的；电话通知七天没有书面的；没有签收的。
-- roles: teacher head clerk lead auditor
-- params: from_on:d? until_on:d?
-- requires: R2
SELECT s.school, date('2000-01-01', s.date || ' days') AS date, s.slot, s.site, s.grp, s.policy,
	p.version AS in_force, 'older_policy' AS what
FROM (SELECT school FROM school_known WHERE :school IS NULL UNION SELECT :school WHERE :school IS NOT NULL) k
CROSS JOIN policy_span p
CROSS JOIN session s ON s.school = k.school AND s.date >= max(p.from_on, coalesce(:from_on, 0))
	AND s.date < min(p.until_on, coalesce(:until_on + 1, 1 << 30))
WHERE s.policy IS NOT p.version
UNION ALL
SELECT o.school, date(o.received_at / 1000 + 28800, 'unixepoch'), NULL, NULL, NULL, NULL, NULL,
	'order_not_matched'
FROM phone_order o
WHERE (:school IS NULL OR o.school = :school) AND o.matched_at IS NULL
	AND EXISTS (SELECT 1 FROM session t WHERE t.school = o.school
	AND t.date > o.received_at / 86400000 - 10957 + 7)
UNION ALL
SELECT k.school, date('2000-01-01', p.from_on || ' days'), NULL, NULL, NULL, p.version, p.version,
	'not_confirmed'
FROM (SELECT school FROM school_known WHERE :school IS NULL UNION SELECT :school WHERE :school IS NOT NULL) k
CROSS JOIN policy_span p
WHERE p.until_on = 1 << 30 AND NOT EXISTS (SELECT 1 FROM policy_read r WHERE r.school = k.school
	AND r.version = p.version)
ORDER BY 1, 2, 3, 4, 5;
