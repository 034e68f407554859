-- about: The plan or message that bears out an order by telephone has come.
-- about_zh: 电话通知对上文件：后来有了书面的方案或通知。
-- roles: head
-- params: order_id:i version:i? message:i?
-- scope: school
-- requires: R2
SELECT refuse('R2.no_order', :order_id)
WHERE NOT EXISTS (SELECT 1 FROM phone_order WHERE school = :school AND order_id = :order_id);
SELECT refuse('R2.no_version', coalesce(:version, :message))
WHERE NOT EXISTS (SELECT 1 FROM policy WHERE version = :version)
	AND NOT EXISTS (SELECT 1 FROM message WHERE message = :message);
UPDATE phone_order SET policy = :version, message = :message, matched_at = now_ms()
WHERE school = :school AND order_id = :order_id;
