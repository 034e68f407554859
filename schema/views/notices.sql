-- about: Messages of the county and whether this school has read them.
-- about_zh: 县里的通知：本校读了没有。
-- roles: teacher head guard clerk lead auditor
-- params:
-- requires: R2
SELECT m.message, m.to_school, m.title, m.body, strftime('%Y-%m-%d %H:%M:%S', m.at / 1000 + 28800, 'unixepoch') AS at,
	(SELECT count(*) FROM message_read r WHERE r.message = m.message
		AND (:school IS NULL OR r.school = :school)) AS read
FROM message m WHERE :school IS NULL OR m.to_school IN (0, :school)
ORDER BY m.at DESC, m.message LIMIT 1000;
