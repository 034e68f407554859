-- about: The month's statement, one line a person: minutes, sessions, sum in fen after the cap.
-- about_zh: 补助表：每人一行，分钟、场次、金额（已按上限）。
-- roles: head clerk lead auditor
-- params: month:i
-- requires: R11
-- each: school
-- include duty
SELECT school, staff, name, person AS kind, minutes, sessions, unpaid_minutes, late, entries,
	before_cap, cap, fen
FROM line ORDER BY school, name, staff;
