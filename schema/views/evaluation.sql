-- about: The county's indicators of a span of days, each beside how complete the records are, and what the school disputes.
-- about_zh: 一段时间的考评指标，旁边是数据完整度和学校的异议。
-- roles: head clerk lead auditor
-- params: from_on:d until_on:d
-- requires: R15
WITH k AS (SELECT school FROM school_known WHERE :school IS NULL
	UNION SELECT :school WHERE :school IS NOT NULL),
s AS (SELECT k.school, count(t.date) AS sessions,
		sum(EXISTS (SELECT 1 FROM attendance a WHERE a.school = t.school AND a.date = t.date
			AND a.slot = t.slot AND a.site = t.site AND a.grp = t.grp)) AS called,
		sum(EXISTS (SELECT 1 FROM closing c WHERE c.school = t.school AND c.date = t.date
			AND c.slot = t.slot AND c.site = t.site AND c.grp = t.grp)) AS closed
	FROM k LEFT JOIN session t ON t.school = k.school AND t.date BETWEEN :from_on AND :until_on
	GROUP BY k.school),
q AS (SELECT s.*, (SELECT count(*) FROM plan_item i WHERE i.school = s.school AND i.dropped = 0
			AND i.week_on BETWEEN :from_on - 6 AND :until_on
			AND i.week_on + i.weekday - 1 BETWEEN :from_on AND :until_on) AS planned,
		(SELECT count(*) FROM plan_item i WHERE i.school = s.school AND i.dropped = 0
			AND i.week_on BETWEEN :from_on - 6 AND :until_on
			AND i.week_on + i.weekday - 1 BETWEEN :from_on AND :until_on
			AND EXISTS (SELECT 1 FROM session t WHERE t.school = i.school
				AND t.date = i.week_on + i.weekday - 1 AND t.slot = i.slot AND t.site = i.site
				AND t.grp = i.grp)) AS kept,
		(SELECT sum(f.content) * 100 / sum(f.asked) FROM satisfaction f WHERE f.school = s.school
			AND f.held_on BETWEEN :from_on AND :until_on) AS content
	FROM s),
i AS (SELECT school, 1 AS indicator, called * 100 / nullif(sessions, 0) AS percent, sessions AS of,
		called, sessions FROM q
	UNION ALL SELECT school, 2, closed * 100 / nullif(sessions, 0), sessions, called, sessions FROM q
	UNION ALL SELECT school, 3, kept * 100 / nullif(planned, 0), planned, called, sessions FROM q
	UNION ALL SELECT school, 4, content, NULL, called, sessions FROM q)
SELECT i.school, i.indicator, (SELECT e.title FROM policy_entry e WHERE e.list = 2 AND e.code = i.indicator
		ORDER BY e.version DESC LIMIT 1) AS title, i.percent, i.of,
	i.called * 100 / nullif(i.sessions, 0) AS completeness,
	(SELECT d.words FROM dispute d WHERE d.school = i.school AND d.indicator = i.indicator
		AND d.term_on BETWEEN :from_on AND :until_on LIMIT 1) AS disputed
FROM i ORDER BY i.school, i.indicator;
