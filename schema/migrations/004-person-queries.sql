-- Who is one person, the turn of the year, and who looked at what.

-- Rows that are one child: doubles within a school, and what the hub linked.
CREATE VIEW person AS
SELECT p.school, p.pupil,
	CASE WHEN l.to_school > 0 THEN l.to_school ELSE p.school END AS root_school,
	CASE WHEN l.to_school > 0 THEN l.to_pupil ELSE coalesce(p.same_as, p.pupil) END
		AS root_pupil
FROM pupil p LEFT JOIN person_link l ON l.of_school = p.school
	AND l.pupil = coalesce(p.same_as, p.pupil);

-- What becomes of each child at the turn into school_year.  The last grade is
-- that of the site's kind; start_on: 1 September.
CREATE VIEW turn_plan AS
SELECT c.school, c.school_year + 1 AS school_year, c.pupil, c.name, c.site, c.grade,
	c.class, c.school_year - c.grade + 1 AS entry_year,
	CASE WHEN c.grade >= CASE s.kind WHEN 2 THEN 9 WHEN 3 THEN 9 WHEN 1 THEN 6 WHEN 4 THEN 6
		WHEN 5 THEN 6 ELSE CASE WHEN c.grade > 6 THEN 9 ELSE 6 END END
		THEN 'graduates' ELSE 'promoted' END AS what,
	CAST(julianday(printf('%04d-09-01', c.school_year + 1)) - julianday('2000-01-01')
		AS INTEGER) AS start_on
FROM child c LEFT JOIN site s ON s.school = c.school AND s.site = c.site
WHERE c.until_on > CAST(julianday(printf('%04d-09-01', c.school_year + 1))
	- julianday('2000-01-01') AS INTEGER);

-- 查阅记录. Who looked at sensitive fields; of this machine alone.
CREATE TABLE access_log (
	id INTEGER PRIMARY KEY,
	at INTEGER NOT NULL,   -- ms
	staff INTEGER,         -- NULL before anybody is signed in
	school INTEGER,        -- whose rows, NULL all at a hub
	view TEXT NOT NULL,    -- name of the view
	fields TEXT NOT NULL,  -- what is sensitive there
	pupil INTEGER,         -- the child that was asked for, NULL several
	rows INTEGER NOT NULL  -- how many rows were shown
);

-- What a guardian said last of the child's data.
CREATE VIEW data_now AS
SELECT d.school, d.pupil, d.consent, d.choice, d.given_on FROM data_consent d
WHERE NOT EXISTS (SELECT 1 FROM data_consent x WHERE x.school = d.school
	AND x.pupil = d.pupil AND (x.given_on > d.given_on
		OR x.given_on = d.given_on AND (x.at, x.consent) > (d.at, d.consent)));
