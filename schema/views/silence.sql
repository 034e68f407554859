-- about: Schools without a session for some school days (days; when none is said, silence_days of the plan, else 3); week-ends, closures and holidays are no silence.
-- about_zh: 久无消息的学校：连续几个上课日没有记录（照方案，方案没写就是 3 天）；周末、放假不算。
-- roles: clerk lead auditor head
-- params: date:d days:i?
-- requires: R20 R17
WITH RECURSIVE day(d) AS (SELECT :date UNION ALL SELECT d - 1 FROM day WHERE d > :date - 120),
plan(version) AS (SELECT version FROM policy WHERE withdrawn = 0 AND from_on <= :date
	ORDER BY from_on DESC, version DESC LIMIT 1),
school_day(d) AS (SELECT day.d FROM day
	LEFT JOIN policy_day y ON y.version = (SELECT version FROM plan) AND y.day = day.d
	WHERE coalesce(y.kind = 1, (day.d + 5) % 7 < 5 AND (NOT EXISTS (SELECT 1 FROM policy_term t
			WHERE t.version = (SELECT version FROM plan))
		OR EXISTS (SELECT 1 FROM policy_term t WHERE t.version = (SELECT version FROM plan)
			AND day.d BETWEEN t.from_on AND t.until_on))))
SELECT x.school, date('2000-01-01', x.last_on || ' days') AS last_session,
	(SELECT count(*) FROM school_day WHERE d > coalesce(x.last_on, 0)) AS school_days,
	(SELECT count(*) FROM school_day WHERE d > coalesce(x.last_on, 0)) >= coalesce(:days,
		(SELECT CAST(v.value AS INTEGER) FROM setting_of v WHERE v.school = x.school
			AND v.site = 0 AND v.name = 'silence_days'
			AND v.version = (SELECT version FROM plan)), 3)
		AS silent
FROM (SELECT k.school, (SELECT max(s.date) FROM session s WHERE s.school = k.school
	AND s.date <= :date) AS last_on FROM (SELECT school FROM school_known WHERE :school IS NULL UNION SELECT :school WHERE :school IS NOT NULL) k) x
ORDER BY school_days DESC, x.school;
