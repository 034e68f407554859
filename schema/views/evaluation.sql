-- about: The county's indicators of a span of days by the plan at its end: percent, of how many, the weight, how complete the school's records are (school days with a roll call), and what the school disputes.
-- about_zh: 考评指标：百分比、基数、权重，旁边是该校记录的完整度和学校的异议。
-- roles: head clerk lead auditor
-- params: from_on:d until_on:d
-- requires: R15
-- each: school
WITH k AS (SELECT school FROM school_known WHERE :school IS NULL
	UNION SELECT :school WHERE :school IS NOT NULL),
plan AS (SELECT version FROM policy_span WHERE from_on <= :until_on AND until_on > :until_on),
held AS (SELECT t.*, EXISTS (SELECT 1 FROM attendance a WHERE a.school = t.school AND a.date = t.date
			AND a.slot = t.slot AND a.site = t.site AND a.grp = t.grp) AS called
	FROM k CROSS JOIN session t ON t.school = k.school AND t.date BETWEEN :from_on AND :until_on),
s AS (SELECT h.school, count(*) AS sessions, sum(h.called) AS called,
		sum(EXISTS (SELECT 1 FROM closing c WHERE c.school = h.school AND c.date = h.date
			AND c.slot = h.slot AND c.site = h.site AND c.grp = h.grp AND c.left_here = 0)) AS closed,
		count(DISTINCT CASE WHEN h.called THEN h.date END) AS days FROM held h GROUP BY h.school),
d AS (SELECT k.school, count(*) AS days FROM k CROSS JOIN school_day y
	WHERE y.day BETWEEN :from_on AND :until_on AND NOT EXISTS (SELECT 1 FROM closure x
		WHERE x.school = k.school AND x.site = 0 AND x.date = y.day AND x.slot = 2
		AND x.undone = 0 AND x.end_min IS NULL) GROUP BY k.school),
wish AS (SELECT c.school, c.grade <= 3 OR EXISTS (SELECT 1 FROM priority f WHERE f.school = c.school
			AND f.pupil = c.pupil AND coalesce(f.until_on, 1 << 30) > :until_on) AS first,
		EXISTS (SELECT 1 FROM choice_span o WHERE o.school = c.school AND o.pupil = c.pupil
			AND o.choice = 1 AND o.from_on <= :until_on AND o.until_on > :until_on) AS served
	FROM k CROSS JOIN child c ON c.school = k.school AND c.from_on <= :until_on AND c.until_on > :until_on
	JOIN request r ON r.school = c.school AND r.pupil = c.pupil AND r.school_year = c.school_year
		AND r.wanted = 1),
f AS (SELECT school, 1 AS code, sum(served) AS good, count(*) AS of FROM wish GROUP BY school
	UNION ALL SELECT school, 2, sum(served), count(*) FROM wish WHERE first GROUP BY school
	UNION ALL SELECT school, 3, called, sessions FROM s
	UNION ALL SELECT school, 4, closed, called FROM s
	UNION ALL SELECT k.school, 5, sum(EXISTS (SELECT 1 FROM held h WHERE h.school = i.school
			AND h.date = i.week_on + i.weekday - 1 AND h.slot = i.slot AND h.site = i.site
			AND h.grp = i.grp AND h.called)), count(*)
		FROM k CROSS JOIN plan_item i ON i.school = k.school AND i.dropped = 0
			AND i.week_on BETWEEN :from_on - 6 AND :until_on
			AND i.week_on + i.weekday - 1 BETWEEN :from_on AND :until_on GROUP BY k.school
	UNION ALL SELECT k.school, 6, sum(v.content), sum(v.asked) FROM k CROSS JOIN satisfaction v
		ON v.school = k.school AND v.held_on BETWEEN :from_on AND :until_on
		GROUP BY k.school HAVING sum(v.asked) >= 5
	UNION ALL SELECT k.school, 7, sum(coalesce(p.posted_on <= (p.at + 28800000) / 86400000 - 10957 + 5,
			0)), count(*)
		FROM k CROSS JOIN statement_step p ON p.school = k.school AND p.step = 1
			AND p.at / 86400000 - 10957 BETWEEN :from_on AND :until_on GROUP BY k.school
	UNION ALL SELECT k.school, 8, sum(coalesce(h.cleared_on <= h.now_due_on, 0)), count(*)
		FROM k CROSS JOIN hazard_now h ON h.school = k.school
			AND h.now_due_on BETWEEN :from_on AND :until_on GROUP BY k.school
	UNION ALL SELECT k.school, 9, sum(EXISTS (SELECT 1 FROM opinion_answer a WHERE a.school = o.school
			AND a.opinion = o.opinion AND a.answered_on <= o.due_on)), count(*)
		FROM k CROSS JOIN opinion o ON o.school = k.school AND o.kind <= 3
			AND o.due_on BETWEEN :from_on AND :until_on GROUP BY k.school
	UNION ALL SELECT k.school, 10, (SELECT count(DISTINCT t.kind) FROM training t
			WHERE t.school = k.school AND t.kind <= 4 AND t.held_on BETWEEN :from_on AND :until_on), 4
		FROM k)
SELECT k.school, e.code AS indicator, e.title, e.quantity AS weight, f.good * 100 / f.of AS percent,
	coalesce(f.of, 0) AS of, coalesce(s.days, 0) * 100 / d.days AS completeness,
	(SELECT x.words FROM dispute x WHERE x.school = k.school AND x.indicator = e.code
		AND x.term_on BETWEEN :from_on AND :until_on LIMIT 1) AS disputed
FROM k CROSS JOIN plan JOIN policy_entry e ON e.version = plan.version AND e.list = 2
LEFT JOIN f ON f.school = k.school AND f.code = e.code
LEFT JOIN s ON s.school = k.school
LEFT JOIN d ON d.school = k.school
ORDER BY k.school, e.code;
