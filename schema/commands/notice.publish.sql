-- about: The county sends a message to all schools, or to one.  Each school's machine holds it, also where one school alone is shown it: nothing confidential belongs in it.
-- about_zh: 发通知：给全部学校或一所。只给一所的也会存到每所学校的主机里，只是别校看不到：保密的内容请不要写。
-- roles: clerk lead
-- params: title:t body:t to_school:i?
-- scope: county
-- audit: title
-- requires: R2
SELECT refuse('R2.no_title') WHERE trim(:title) = '';
INSERT INTO message (message, to_school, title, body, at)
VALUES (:new_id, coalesce(:to_school, 0), :title, :body, now_ms());
SELECT message, title FROM message WHERE message = :new_id;
