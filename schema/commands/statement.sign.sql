-- about: The central school (2) or the parents' committee (3) countersigns the month's statement.
-- about_zh: 记补助表的签字：中心校、家长委员会。
-- roles: head
-- params: month:i step:i signer:t
-- scope: school
-- audit: month signer
-- requires: R11 R10
SELECT refuse('R11.month', :month)
WHERE :month NOT BETWEEN 200001 AND 219912 OR :month % 100 NOT BETWEEN 1 AND 12;
SELECT refuse('R11.step', :step) WHERE :step NOT IN (2, 3);
SELECT refuse('R11.no_signer', printf('%d-%02d', :month / 100, :month % 100)) WHERE trim(:signer) = '';
SELECT refuse('R11.not_submitted', printf('%d-%02d', :month / 100, :month % 100))
WHERE NOT EXISTS (SELECT 1 FROM statement_step WHERE school = :school AND month = :month
	AND step = 1);
INSERT INTO statement_step (school, month, step, fen, people, signer, at, by_staff)
SELECT :school, :month, :step, fen, people, :signer, now_ms(), :staff
FROM statement_step WHERE school = :school AND month = :month AND step = 1
ON CONFLICT DO NOTHING;
SELECT month, step, fen, signer FROM statement_step
WHERE school = :school AND month = :month AND step = :step;
