-- Choices and places of a child whose rows were joined, that moved away, or whose
-- priority has an end.

-- Doubles are few: found by the child that they stand for.
CREATE INDEX pupil_double ON pupil (school, same_as) WHERE same_as IS NOT NULL;

-- The last day of which a school has a session: its records' today.
CREATE VIEW newest_day AS
SELECT k.school, coalesce((SELECT max(s.date) FROM session s WHERE s.school = k.school), 0)
	AS day
FROM school_known k;

-- Choices under the row in which they were entered, and of doubles under the child too.
CREATE VIEW choice_of AS
SELECT c.school, c.pupil, c.pupil AS of_pupil, c.consent, c.guardian, c.notice, c.choice,
	c.slots, c.weekdays, c.given_on, c.at, c.by_staff, c.withdrawn_on
FROM consent c
UNION ALL
SELECT d.school, d.same_as, c.pupil, c.consent, c.guardian, c.notice, c.choice,
	c.slots, c.weekdays, c.given_on, c.at, c.by_staff, c.withdrawn_on
FROM pupil d CROSS JOIN consent c ON c.school = d.school AND c.pupil = d.pupil
WHERE d.same_as IS NOT NULL;

-- What a guardian chose last for a child, with the day from which something else
-- holds: the next choice, the withdrawal, or the leaving of the school.
DROP VIEW choice_span;
CREATE VIEW choice_span AS
SELECT c.school, c.pupil, c.of_pupil, c.consent, c.guardian, c.notice, c.choice, c.slots,
	c.weekdays, c.given_on AS from_on, c.at, c.by_staff,
	min(coalesce(c.withdrawn_on, 1 << 30),
		coalesce((SELECT min(d.given_on) FROM consent d WHERE d.school = c.school
			AND d.pupil = c.pupil AND (d.given_on > c.given_on OR d.given_on = c.given_on
			AND (d.at, d.consent) > (c.at, c.consent))), 1 << 30),
		coalesce((SELECT min(d.given_on) FROM pupil x CROSS JOIN consent d
			ON d.school = x.school AND d.pupil = x.pupil
			WHERE x.school = c.school AND x.same_as = c.pupil AND x.same_as IS NOT NULL
			AND (d.given_on > c.given_on OR d.given_on = c.given_on
			AND (d.at, d.consent) > (c.at, c.consent))), 1 << 30),
		coalesce((SELECT min(t.moved_on) FROM transfer t WHERE t.school = c.school
			AND t.pupil = c.pupil AND t.direction = 1 AND t.moved_on > c.given_on),
			1 << 30)) AS until_on
FROM choice_of c;

DROP VIEW consent_now;
CREATE VIEW consent_now AS
SELECT e.school, e.grp, e.pupil, c.by_staff, c.at / 60000 AS minute, c.from_on AS given_on
FROM child e
JOIN choice_span c ON c.school = e.school AND c.pupil = e.pupil AND c.choice = 1
	AND c.until_on = 1 << 30
WHERE e.until_on = 1 << 30;

-- Who asked for a place in the newest year of requests and is still here, with the
-- priorities that hold on the records' last day.
DROP VIEW place_wish;
CREATE VIEW place_wish AS
SELECT c.school, c.pupil, c.name, c.site, c.grade, c.grp, c.school_year, r.at, r.slots,
	c.grade <= 3 AS low_grade,
	(c.grade <= 3) + (SELECT count(*) FROM priority f WHERE f.school = c.school
		AND f.pupil = c.pupil AND coalesce(f.until_on, 1 << 30) > n.day) AS priorities,
	EXISTS (SELECT 1 FROM place_refusal x WHERE x.school = c.school AND x.pupil = c.pupil
		AND x.school_year = r.school_year AND x.undone = 0) AS refused
FROM newest_day n
CROSS JOIN child c ON c.school = n.school AND c.until_on > n.day
CROSS JOIN request r ON r.school = c.school AND r.pupil = c.pupil
	AND r.school_year = c.school_year AND r.wanted = 1
WHERE r.school_year = (SELECT max(x.school_year) FROM request x WHERE x.school = n.school);
