-- about: The school signs the month's statement: the month is locked, what comes later is paid next month.
-- about_zh: 学校确认当月补助表：该月锁定，之后登记的计入下月。
-- roles: head
-- params: month:i signer:t? posted_on:d?
-- scope: school
-- audit: month
-- requires: R11
SELECT refuse('R11.month', :month)
WHERE :month NOT BETWEEN 200001 AND 219912 OR :month % 100 NOT BETWEEN 1 AND 12;
SELECT refuse('R11.month_not_over', :month / 100 || '-' || printf('%02d', :month % 100))
WHERE CAST(strftime('%Y%m', now_ms() / 1000 + 28800, 'unixepoch') AS INTEGER) <= :month;
SELECT refuse('R11.submitted', :month / 100 || '-' || printf('%02d', :month % 100))
WHERE EXISTS (SELECT 1 FROM statement_step WHERE school = :school AND month = :month AND step = 1);
INSERT INTO statement_step (school, month, step, fen, people, signer, posted_on, at, by_staff)
SELECT :school, :month, 1, coalesce(fen, 0), people, :signer, :posted_on, now_ms(), :staff FROM (
-- include duty
SELECT sum(fen) AS fen, count(*) AS people FROM line);
SELECT month, fen, people FROM statement_step
WHERE school = :school AND month = :month AND step = 1;
