-- about: The county sends a message to all schools, or to one.
-- about_zh: 发通知：给全部学校或一所。
-- roles: clerk lead
-- params: title:t body:t to_school:i?
-- scope: county
-- audit: title
-- requires: R2
SELECT refuse('R2.no_title') WHERE trim(:title) = '';
INSERT INTO message (message, to_school, title, body, at)
VALUES (:new_id, coalesce(:to_school, 0), :title, :body, now_ms());
SELECT message, title FROM message WHERE message = :new_id;
