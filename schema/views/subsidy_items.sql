-- about: Every duty of the month with its rate and worth; the statement is their sum under the cap.
-- about_zh: 补助明细：当月每一笔课时、标准和金额。
-- roles: head clerk lead auditor
-- params: month:i
-- requires: R11
-- ask: school
-- include duty
SELECT w.school, w.staff, w.name, date('2000-01-01', w.date || ' days') AS date, w.slot, w.site, w.grp,
	w.role, w.minutes, w.sessions, w.version, w.unit, w.unit_min, w.rate, w.checked, w.barred,
	w.pays, w.fen, w.own_month < :month AS late, w.entry,
	(SELECT e.reason FROM duty_entry e WHERE e.school = w.school AND e.entry = w.entry) AS reason
FROM worth w ORDER BY w.school, w.name, w.staff, w.date, w.slot, w.site, w.grp, w.entry;
