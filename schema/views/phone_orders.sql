-- about: Orders by telephone, and whether a written one has followed.
-- about_zh: 电话通知：有没有对上书面的。
-- roles: teacher head guard clerk lead auditor
-- params:
-- requires: R2
SELECT school, order_id, strftime('%Y-%m-%d %H:%M', received_at / 1000 + 28800, 'unixepoch') AS received_at,
	caller, words, policy, message, matched_at IS NOT NULL AS matched
FROM phone_order WHERE :school IS NULL OR school = :school
ORDER BY received_at DESC, order_id LIMIT 1000;
