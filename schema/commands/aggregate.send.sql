-- about: Keeps the aggregate of a month as it is sent to the city: by class, without names, classes with fewer than ten children empty.  Sent again, it is taken anew.
-- about_zh: 月度汇总留存：上报后留一份，按城乡分类，没有姓名，不足十人的留空；再次上报就重新计算。
-- roles: clerk lead
-- params: month:i
-- scope: county
-- audit: month
-- requires: R17
SELECT refuse('R11.month', :month)
WHERE :month NOT BETWEEN 200001 AND 219912 OR :month % 100 NOT BETWEEN 1 AND 12;
SELECT refuse('R11.month_not_over', printf('%d-%02d', :month / 100, :month % 100))
WHERE CAST(strftime('%Y%m', now_ms() / 1000 + 28800, 'unixepoch') AS INTEGER) <= :month;
INSERT INTO county_month (month, site_class, schools, children, sessions, child_minutes, people, fen,
	incidents, at, by_staff)
SELECT * FROM (
-- include duty
-- include site_month
-- include class_month
SELECT :month, site_class, schools, CASE WHEN children >= 10 THEN children END, CASE WHEN children >= 10 THEN sessions END, CASE WHEN children >= 10 THEN child_minutes END, CASE WHEN children >= 10 THEN people END, CASE WHEN children >= 10 THEN fen END, CASE WHEN children >= 10 THEN incidents END, now_ms(), :staff FROM class_month)
WHERE true
ON CONFLICT DO UPDATE SET schools = excluded.schools, children = excluded.children,
	sessions = excluded.sessions, child_minutes = excluded.child_minutes,
	people = excluded.people, fen = excluded.fen, incidents = excluded.incidents,
	at = excluded.at, by_staff = excluded.by_staff;
SELECT count(*) AS classes FROM county_month WHERE month = :month;
