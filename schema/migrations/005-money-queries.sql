-- Queries shared by plan, duty and money.  PINs of the county's people, which
-- leave the hub with no bundle.

CREATE TABLE county_pin (staff INTEGER PRIMARY KEY, pin_hash TEXT NOT NULL);

-- From when until when a version of the plan is in force.
CREATE VIEW policy_span AS
SELECT p.version, p.from_on, coalesce((SELECT min(q.from_on) FROM policy q
	WHERE q.withdrawn = 0 AND (q.from_on > p.from_on
		OR q.from_on = p.from_on AND q.version > p.version)), 1 << 30) AS until_on
FROM policy p WHERE p.withdrawn = 0;

-- What a setting says at a site: the narrowest line of the plan counts.
CREATE VIEW setting_of AS
SELECT school, site, version, name, value FROM (
	SELECT t.school, t.site, s.version, s.name, s.value, max((s.school <> 0) * 8000000
		+ (s.site >= 0) * 4000000 + (s.class <> 0) * 2000000 + (s.kind <> 0) * 1000000
		- s.no) AS narrow
	FROM site t JOIN policy_setting s ON s.school IN (0, t.school)
		AND s.site IN (-1, t.site) AND s.class IN (0, t.class) AND s.kind IN (0, t.kind)
	GROUP BY t.school, t.site, s.version, s.name);

-- Whether a person may earn, from which day; NULL never checked; barred.
CREATE VIEW standing AS
SELECT s.school, s.staff, s.name, s.kind, s.number, s.active,
	coalesce((SELECT c.state = 2 FROM clearance c WHERE c.number = s.number), 0) AS barred,
	coalesce((SELECT c.from_on FROM clearance c WHERE c.number = s.number), 0) AS barred_on,
	coalesce((SELECT min(c.from_on, coalesce(s.checked_on, c.from_on)) FROM clearance c
		WHERE c.number = s.number AND c.state = 1), s.checked_on) AS checked_on
FROM staff s;

-- Computed groups with priority: low grades and the flags that hold, by child.
CREATE VIEW place_wish AS
SELECT c.school, c.pupil, c.name, c.site, c.grade, c.grp, c.school_year, r.at, r.slots,
	c.grade <= 3 AS low_grade,
	(c.grade <= 3) + (SELECT count(*) FROM priority f WHERE f.school = c.school
		AND f.pupil = c.pupil AND f.until_on IS NULL) AS priorities,
	EXISTS (SELECT 1 FROM place_refusal x WHERE x.school = c.school AND x.pupil = c.pupil
		AND x.school_year = r.school_year AND x.undone = 0) AS refused
FROM child c JOIN request r ON r.school = c.school AND r.pupil = c.pupil
	AND r.school_year = c.school_year AND r.wanted = 1;

CREATE VIEW ledger_sum AS
SELECT c.year, sum(CASE c.kind WHEN 1 THEN c.fen ELSE 0 END) AS budget,
	sum(CASE c.kind WHEN 2 THEN c.fen ELSE 0 END) AS allocated,
	(SELECT coalesce(sum(s.fen), 0) FROM spending s WHERE s.year = c.year) AS spent
FROM county_ledger c GROUP BY c.year;
