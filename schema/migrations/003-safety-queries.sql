-- Ill children and clusters of them; the hub's own book of complaints.

-- A child with first signs on a day: entered as ill with an incident, or the
-- child of an incident of infectious disease.
CREATE VIEW ill AS
SELECT x.school, x.pupil, x.ill_on, min(x.at) AS at, min(x.incident) AS incident FROM (
	SELECT p.school, p.pupil, p.incident, p.at, coalesce(p.since_on,
		(i.happened_at + 28800000) / 86400000 - 10957) AS ill_on
	FROM incident_person p
	JOIN incident i ON i.school = p.school AND i.incident = p.incident
	WHERE p.part = 3
	UNION ALL SELECT i.school, i.pupil, i.incident, i.at,
		(i.happened_at + 28800000) / 86400000 - 10957
	FROM incident i WHERE i.kind = 4 AND i.pupil IS NOT NULL) x
GROUP BY x.school, x.pupil, x.ill_on;

-- Unit 1 a class (its group), 2 a dormitory, 3 the same food or water (its incident).
CREATE VIEW ill_unit AS
SELECT i.school, i.pupil, i.ill_on, i.at, i.incident, 1 AS unit, c.grp AS number
FROM ill i JOIN child c ON c.school = i.school AND c.pupil = i.pupil
	AND c.from_on <= i.ill_on AND c.until_on > i.ill_on
UNION ALL
SELECT i.school, i.pupil, i.ill_on, i.at, i.incident, 2, b.dormitory
FROM ill i JOIN boarding b ON b.school = i.school AND b.pupil = i.pupil
	AND b.school_year = CAST(strftime('%Y', '2000-01-01', i.ill_on || ' days', '-8 months')
		AS INTEGER)
WHERE b.dormitory IS NOT NULL
UNION ALL
SELECT i.school, i.pupil, i.ill_on, i.at, i.incident, 3, i.incident
FROM ill i WHERE EXISTS (SELECT 1 FROM incident_food f
	WHERE f.school = i.school AND f.incident = i.incident);

-- The county's limits are those of its newest plan for infectious disease.
-- reached_at: when the last of the counted children was entered.
CREATE VIEW cluster AS
SELECT a.school, a.unit, a.number, a.ill_on AS from_on, w.days,
	count(DISTINCT b.pupil) AS children, max(b.at) AS reached_at,
	max(b.at) + w.hours * 3600000 AS due_at,
	(SELECT min(n.happened_at) FROM incident_note n WHERE n.school = a.school
		AND n.kind = 6 AND n.incident IN (SELECT o.incident FROM ill_unit o
			WHERE o.school = a.school AND o.unit = a.unit AND o.number = a.number
			AND o.ill_on BETWEEN a.ill_on AND a.ill_on + w.days - 1)) AS reported_at
FROM (SELECT DISTINCT school, unit, number, ill_on FROM ill_unit) a
JOIN (SELECT 1 AS days, 0 AS food, coalesce(p.cluster_day, 3) AS least,
		coalesce(p.report_hours, 24) AS hours
	FROM (SELECT 1) LEFT JOIN emergency_plan p ON p.kind = 4
		AND p.version = (SELECT max(version) FROM emergency_plan WHERE kind = 4)
	UNION ALL SELECT 3, 0, coalesce(q.cluster_days, 5), coalesce(q.report_hours, 24)
	FROM (SELECT 1) LEFT JOIN emergency_plan q ON q.kind = 4
		AND q.version = (SELECT max(version) FROM emergency_plan WHERE kind = 4)
	UNION ALL SELECT 3, 1, 2, coalesce(r.report_hours, 24)
	FROM (SELECT 1) LEFT JOIN emergency_plan r ON r.kind = 4
		AND r.version = (SELECT max(version) FROM emergency_plan WHERE kind = 4)) w
	ON w.food = (a.unit = 3)
JOIN ill_unit b ON b.school = a.school AND b.unit = a.unit AND b.number = a.number
	AND b.ill_on BETWEEN a.ill_on AND a.ill_on + w.days - 1
GROUP BY a.school, a.unit, a.number, a.ill_on, w.days
HAVING count(DISTINCT b.pupil) >= min(w.least);

-- The last step of each hazard that says whether it is open.
CREATE VIEW hazard_now AS
SELECT h.*, coalesce((SELECT s.due_on FROM hazard_step s WHERE s.school = h.school
		AND s.hazard = h.hazard AND s.due_on IS NOT NULL
		ORDER BY s.step_on DESC, s.at DESC, s.step DESC LIMIT 1), h.due_on) AS now_due_on,
	(SELECT CASE s.kind WHEN 5 THEN s.step_on END FROM hazard_step s
		WHERE s.school = h.school AND s.hazard = h.hazard AND s.kind IN (5, 6)
		ORDER BY s.step_on DESC, s.at DESC, s.step DESC LIMIT 1) AS cleared_on
FROM hazard h;

-- 举报登记. Complaints that reach the county past the school (R4): kept at the
-- hub alone, they travel nowhere.
CREATE TABLE complaint (
	complaint INTEGER PRIMARY KEY, -- row id
	school INTEGER NOT NULL,       -- whom it is about
	channel INTEGER NOT NULL,      -- 1 telephone 2 sealed slip 3 in person 4 letter
	charging INTEGER NOT NULL,     -- 1 about charging
	received_on INTEGER NOT NULL,  -- day number
	due_on INTEGER NOT NULL,       -- day number
	name TEXT,                     -- who, NULL unnamed
	text TEXT NOT NULL,            -- in words
	answered_on INTEGER,           -- day number
	answer TEXT                    -- what was found and done
);
