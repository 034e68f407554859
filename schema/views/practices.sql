-- about: Good practices: those that schools wrote, and whether the county chose them.
-- about_zh: 各校的好做法：县里选了没有。
-- roles: teacher head clerk lead auditor
-- params:
-- requires: R16
SELECT p.school, p.practice, p.title, p.body,
	(SELECT date('2000-01-01', c.chosen_on || ' days') FROM practice_choice c
		WHERE c.of_school = p.school AND c.practice = p.practice) AS chosen_on
FROM practice p
WHERE (:school IS NULL OR p.school = :school) AND p.withdrawn_on IS NULL
ORDER BY p.at DESC, p.practice LIMIT 1000;
