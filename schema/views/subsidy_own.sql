-- about: What one's own duty of a month comes to.
-- about_zh: 我的课时和补助：这个月的。
-- roles: teacher head guard
-- params: month:i
-- requires: R11
-- ask: school
-- include duty
SELECT date('2000-01-01', date || ' days') AS date, slot, site, grp, role, minutes, sessions, pays, fen,
	own_month < :month AS late, entry
FROM worth WHERE staff = :staff ORDER BY date, slot, site, grp, entry;
