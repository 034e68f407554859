-- Queries that several commands and views share.  Tables are made from
-- schema/tables; a migration brings what is not replicated.

-- Children marked here who have not left.
CREATE VIEW pupil_here AS
SELECT a.school, a.date, a.slot, a.site, a.grp, a.pupil, a.at, a.by_staff
FROM attendance a
WHERE a.state = 1 AND NOT EXISTS (SELECT 1 FROM leaving l
	WHERE l.school = a.school AND l.date = a.date AND l.slot = a.slot
	AND l.site = a.site AND l.grp = a.grp AND l.pupil = a.pupil);

-- What a guardian chose last for a child, with the day from which something
-- else holds: the next choice or the withdrawal.
CREATE VIEW choice_span AS
SELECT c.school, c.pupil, c.consent, c.choice, c.slots, c.weekdays, c.given_on AS from_on,
	min(coalesce(c.withdrawn_on, 1 << 30), coalesce((SELECT min(d.given_on) FROM consent d
		WHERE d.school = c.school AND d.pupil = c.pupil AND (d.given_on > c.given_on
			OR d.given_on = c.given_on AND (d.at, d.consent) > (c.at, c.consent))),
		1 << 30)) AS until_on
FROM consent c;

-- Where a child is, with its grade, until a later school year says otherwise:
-- nobody drops out of a roll call because the year has not been turned yet.
CREATE VIEW place AS
SELECT e.school, e.pupil, e.school_year, e.site, e.entry_year, e.class,
	e.school_year - e.entry_year + 1 AS grade, e.entry_year * 100 + e.class AS grp,
	max(coalesce(e.from_on, 0), CAST(julianday(printf('%04d-09-01', e.school_year))
		- julianday('2000-01-01') AS INTEGER)) AS from_on,
	min(coalesce(e.until_on, 1 << 30), coalesce((SELECT CAST(julianday(printf('%04d-09-01',
			n.school_year)) - julianday('2000-01-01') AS INTEGER) FROM enrolment n
		WHERE n.school = e.school AND n.pupil = e.pupil
		AND n.school_year > e.school_year ORDER BY n.school_year LIMIT 1), 1 << 30))
		AS until_on
FROM enrolment e;
