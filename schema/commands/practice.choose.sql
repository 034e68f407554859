-- about: The county chooses a good practice; it travels to every school.
-- about_zh: 选定好做法：发给所有学校。
-- roles: clerk lead
-- params: of_school:i practice:i on:d
-- scope: county
-- requires: R16
SELECT refuse('R16.no_practice', :practice) WHERE NOT EXISTS (SELECT 1 FROM practice
	WHERE school = :of_school AND practice = :practice AND withdrawn_on IS NULL);
INSERT INTO practice_choice (of_school, practice, title, body, chosen_on)
SELECT school, practice, title, body, :on FROM practice
WHERE school = :of_school AND practice = :practice
ON CONFLICT DO UPDATE SET title = excluded.title, body = excluded.body;
SELECT of_school, practice, title FROM practice_choice
WHERE of_school = :of_school AND practice = :practice;
