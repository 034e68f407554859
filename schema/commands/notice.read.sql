-- about: The school confirms that it has read a message of the county.
-- about_zh: 通知已读：学校告诉县里看过了。
-- roles: head teacher
-- params: message:i
-- scope: school
-- requires: R2
SELECT refuse('R2.no_message', :message)
WHERE NOT EXISTS (SELECT 1 FROM message WHERE message = :message);
INSERT INTO message_read (school, message, at, by_staff)
VALUES (:school, :message, now_ms(), :staff) ON CONFLICT DO NOTHING;
