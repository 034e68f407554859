-- about: Satisfaction by round; fewer than five answers are not shown.
-- about_zh: 满意度：各次的；不足五人的不显示。
-- roles: teacher head guard clerk lead auditor
-- params: term_on:d
-- requires: R9 R15
SELECT school, round, sum(asked) AS asked,
	CASE WHEN sum(asked) >= 5 THEN sum(content) * 100 / sum(asked) END AS percent
FROM satisfaction WHERE term_on = :term_on AND (:school IS NULL OR school = :school)
GROUP BY school, round ORDER BY school, round;
