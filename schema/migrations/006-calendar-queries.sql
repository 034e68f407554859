-- Queries of the calendar.

-- 调休. Days that the plan in force makes school days.  On such a Saturday or
-- Sunday they take part who take part on every day of the week.
CREATE VIEW made_up AS
SELECT d.day FROM policy_day d
JOIN policy_span p ON p.version = d.version AND p.from_on <= d.day AND p.until_on > d.day
WHERE d.kind = 1;
