-- about: Money of families in the ledger; money lines, sessions, plans and practices whose words name a charge.
-- about_zh: 请核对·收费：台账里由家庭付的；台账、场次、计划、好做法的文字里出现收费。
-- roles: head clerk lead auditor
-- params: from_on:d? until_on:d?
-- requires: R4
WITH word (text) AS (VALUES ('*收费*'), ('*缴费*'), ('*交费*'), ('*交钱*'), ('*家长支付*'), ('*学生支付*')),
said AS (SELECT to_school AS school, held_on AS date, reason AS text, payer FROM county_ledger
	UNION ALL SELECT school, held_on, reason, 1 FROM spending
	WHERE :school IS NULL OR school = :school
	UNION ALL SELECT s.school, s.date, s.activity, 1
	FROM (SELECT school FROM school_known WHERE :school IS NULL UNION SELECT :school WHERE :school IS NOT NULL) k
	CROSS JOIN session s ON s.school = k.school
		AND s.date BETWEEN coalesce(:from_on, 0) AND coalesce(:until_on, 1 << 30)
	WHERE s.activity IS NOT NULL
	UNION ALL SELECT i.school, i.week_on + i.weekday - 1, i.title, 1
	FROM (SELECT school FROM school_known WHERE :school IS NULL UNION SELECT :school WHERE :school IS NOT NULL) k
	CROSS JOIN plan_item i ON i.school = k.school
		AND i.week_on BETWEEN coalesce(:from_on - 6, 0) AND coalesce(:until_on, 1 << 30)
	WHERE i.dropped = 0
	UNION ALL SELECT school, (at + 28800000) / 86400000 - 10957, title || ' ' || body, 1 FROM practice
	WHERE (:school IS NULL OR school = :school) AND withdrawn_on IS NULL)
SELECT school, date('2000-01-01', date || ' days') AS date, text,
	CASE WHEN coalesce(payer, 1) NOT IN (1, 2) THEN 'family_payer' ELSE 'names_charge' END AS what
FROM said
WHERE date BETWEEN coalesce(:from_on, 0) AND coalesce(:until_on, 1 << 30)
	AND (coalesce(payer, 1) NOT IN (1, 2)
		OR EXISTS (SELECT 1 FROM word w WHERE said.text GLOB w.text))
ORDER BY 1, 2, 3;
