-- about: The bureau (4) or the finance office (5) approves a school's month, or sends it back with a reason.
-- about_zh: 审核补助表：教育局、财政；有问题写明原因退回。
-- roles: clerk lead
-- params: of_school:i month:i step:i voucher:t? back:b? reason:t?
-- scope: county
-- audit: of_school month step voucher
-- requires: R11
SELECT refuse('R11.month', :month)
WHERE :month NOT BETWEEN 200001 AND 219912 OR :month % 100 NOT BETWEEN 1 AND 12;
SELECT refuse('R11.step', :step) WHERE :step NOT IN (4, 5);
SELECT refuse('R11.no_reason', :of_school, printf('%d-%02d', :month / 100, :month % 100)) WHERE :back = 1 AND trim(coalesce(:reason, '')) = '';
SELECT refuse('R11.not_submitted', printf('%d-%02d', :month / 100, :month % 100))
WHERE NOT EXISTS (SELECT 1 FROM statement_step WHERE school = :of_school AND month = :month
	AND step = 1);
SELECT refuse('R11.not_signed', printf('%d-%02d', :month / 100, :month % 100))
WHERE coalesce(:back, 0) = 0 AND 2 > (SELECT count(*) FROM statement_step
	WHERE school = :of_school AND month = :month AND step IN (2, 3));
SELECT refuse('R11.step_order', :of_school, printf('%d-%02d', :month / 100, :month % 100))
WHERE :step = 5 AND coalesce(:back, 0) = 0 AND NOT EXISTS (SELECT 1 FROM county_step
	WHERE of_school = :of_school AND month = :month AND step = 4 AND state = 1);
SELECT refuse('R11.total_differs', yuan(p.fen), yuan(t.fen)) FROM statement_step p, (
-- include duty for :of_school
SELECT coalesce(sum(fen), 0) AS fen FROM line WHERE school = :of_school) t
WHERE p.school = :of_school AND p.month = :month AND p.step = 1 AND p.fen <> t.fen
	AND coalesce(:back, 0) = 0;
SELECT refuse('R11.not_enough', yuan(allocated - used), yuan(fen)) FROM (
	SELECT p.fen, (SELECT coalesce(sum(l.fen), 0) FROM county_ledger l
			WHERE l.year = :month / 100 AND l.kind = 2 AND l.to_school = u.unit) AS allocated,
		(SELECT coalesce(sum(c.fen), 0) FROM county_step c JOIN unit_of v ON v.school = c.of_school
			WHERE v.unit = u.unit AND c.step = 5 AND c.state = 1 AND c.month / 100 = :month / 100
			AND NOT (c.of_school = :of_school AND c.month = :month))
		+ (SELECT coalesce(sum(x.fen), 0) FROM spending x WHERE x.school = u.unit
			AND x.year = :month / 100 AND x.purpose <> 1) AS used
	FROM statement_step p JOIN unit_of u ON u.school = p.school
	WHERE p.school = :of_school AND p.month = :month AND p.step = 1)
WHERE :step = 5 AND coalesce(:back, 0) = 0 AND used + fen > allocated;
INSERT INTO county_step (of_school, month, step, fen, state, voucher, reason, at, by_staff)
SELECT :of_school, :month, :step, p.fen, 1 + coalesce(:back, 0), :voucher, :reason, now_ms(), :staff
FROM statement_step p WHERE p.school = :of_school AND p.month = :month AND p.step = 1
ON CONFLICT DO UPDATE SET fen = excluded.fen, state = excluded.state,
	voucher = excluded.voucher, reason = excluded.reason, at = excluded.at,
	by_staff = excluded.by_staff;
SELECT of_school, month, step, state, fen FROM county_step
WHERE of_school = :of_school AND month = :month AND step = :step;
