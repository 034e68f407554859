-- about: Writes down what works, for the county to choose; no child is named in it.  With a number it is written anew, or withdrawn.
-- about_zh: 写好做法：给县里挑选，不写孩子的姓名。改以前写的，先选它。
-- roles: teacher head
-- params: practice:i? title:t body:t withdrawn_on:d?
-- scope: school
-- requires: R16
SELECT refuse('R16.no_practice', :practice) WHERE :practice IS NOT NULL AND NOT EXISTS (
	SELECT 1 FROM practice WHERE school = :school AND practice = :practice);
SELECT refuse('R16.no_text') WHERE trim(:title) = '' OR trim(:body) = '';
UPDATE practice SET title = :title, body = :body, withdrawn_on = :withdrawn_on, at = now_ms(),
	by_staff = :staff
WHERE school = :school AND practice = :practice;
INSERT INTO practice (school, practice, title, body, at, by_staff)
SELECT :school, :new_id, :title, :body, now_ms(), :staff WHERE :practice IS NULL;
SELECT practice, title FROM practice
WHERE school = :school AND practice = coalesce(:practice, :new_id);
