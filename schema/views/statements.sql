-- about: Where the statements of a month are: school, central school, parents' committee, bureau, finance.
-- about_zh: 补助表到了哪一步：学校、中心校、家委会、教育局、财政。
-- roles: head clerk lead auditor
-- params: month:i?
-- requires: R11
SELECT p.school, p.month, p.fen, p.people,
	strftime('%Y-%m-%d %H:%M', p.at / 1000 + 28800, 'unixepoch') AS submitted_at,
	strftime('%Y-%m-%d %H:%M', p.renewed_at / 1000 + 28800, 'unixepoch') AS signed_again_at,
	(SELECT c.signer FROM statement_step c WHERE c.school = p.school AND c.month = p.month
		AND c.step = 2) AS central,
	(SELECT c.signer FROM statement_step c WHERE c.school = p.school AND c.month = p.month
		AND c.step = 3) AS parents,
	b.state AS bureau, b.reason AS bureau_reason, f.state AS finance, f.voucher
FROM statement_step p
LEFT JOIN county_step b ON b.of_school = p.school AND b.month = p.month AND b.step = 4
LEFT JOIN county_step f ON f.of_school = p.school AND f.month = p.month AND f.step = 5
WHERE p.step = 1 AND (:school IS NULL OR p.school = :school)
	AND (:month IS NULL OR p.month = :month)
ORDER BY p.month DESC, p.school LIMIT 2000;
