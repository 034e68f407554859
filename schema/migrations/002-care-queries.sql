-- Queries shared by the views of home, consent and safety.

-- Every school of which anything is here.  A view that is asked for one school
-- joins this first, so that the tables of the day are searched by their keys.
CREATE VIEW school_known AS
SELECT DISTINCT school FROM site UNION SELECT DISTINCT school FROM pupil;

-- Children of the current place, one row each, doubles left out.
CREATE VIEW child AS
SELECT p.school, p.pupil, p.name, e.school_year, e.site, e.grade, e.class, e.grp,
	e.from_on, e.until_on
FROM pupil p JOIN place e ON e.school = p.school AND e.pupil = p.pupil
WHERE p.same_as IS NULL;

-- Standing choices of the newest year, for the whole school (grp 0) and each
-- class: how many take part, and the most that one hand entered in one minute,
-- that one hand entered, that were given on one day.
CREATE VIEW consent_now AS
SELECT e.school, e.grp, e.pupil, o.by_staff, o.at / 60000 AS minute, o.given_on
FROM child e
JOIN choice_span c ON c.school = e.school AND c.pupil = e.pupil AND c.choice = 1
	AND c.until_on = 1 << 30
JOIN consent o ON o.school = c.school AND o.pupil = c.pupil AND o.consent = c.consent
WHERE e.until_on = 1 << 30;

CREATE VIEW consent_unit AS
SELECT t.school, t.grp, t.pupils,
	(SELECT count(*) FROM consent_now n WHERE n.school = t.school
		AND t.grp IN (0, n.grp)) AS yes,
	(SELECT max(x.n) FROM (SELECT count(*) AS n FROM consent_now n
		WHERE n.school = t.school AND t.grp IN (0, n.grp)
		GROUP BY n.by_staff, n.minute) x) AS same_minute,
	(SELECT max(x.n) FROM (SELECT count(*) AS n FROM consent_now n
		WHERE n.school = t.school AND t.grp IN (0, n.grp) GROUP BY n.by_staff) x)
		AS same_hand,
	(SELECT max(x.n) FROM (SELECT count(*) AS n FROM consent_now n
		WHERE n.school = t.school AND t.grp IN (0, n.grp) GROUP BY n.given_on) x)
		AS same_day
FROM (SELECT school, grp, count(*) AS pupils FROM child WHERE until_on = 1 << 30
		GROUP BY school, grp
	UNION ALL SELECT school, 0, count(*) FROM child WHERE until_on = 1 << 30
		GROUP BY school) t
WHERE t.pupils >= 30;
