-- about: The month's statement hangs on the notice board from a day, for five working days; view subsidy_posting prints it.
-- about_zh: 登记公示：补助表从哪天起贴出，满五个工作日；要贴的在“月报与公示”里打印。
-- roles: head
-- params: month:i on:d
-- scope: school
-- audit: month on
-- requires: R11
SELECT refuse('R11.not_submitted', printf('%d-%02d', :month / 100, :month % 100))
WHERE NOT EXISTS (SELECT 1 FROM statement_step WHERE school = :school AND month = :month
	AND step = 1);
UPDATE statement_step SET posted_on = :on
WHERE school = :school AND month = :month AND step = 1 AND posted_on IS NOT :on;
SELECT month, date('2000-01-01', posted_on || ' days') AS posted_on FROM statement_step
WHERE school = :school AND month = :month AND step = 1;
