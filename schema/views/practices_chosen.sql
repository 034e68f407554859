-- about: The good practices that the county chose for all.
-- about_zh: 推广的好做法：县里选定的。
-- roles: teacher head guard clerk lead auditor
-- params:
-- requires: R16
SELECT c.of_school, c.practice, c.title, c.body,
	date('2000-01-01', c.chosen_on || ' days') AS chosen_on
FROM practice_choice c ORDER BY c.chosen_on DESC, c.of_school, c.practice LIMIT 1000;
