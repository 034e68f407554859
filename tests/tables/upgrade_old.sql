-- table 20 child scope=school subject=child
-- The older of two schemas for the tests of the upgrade.
CREATE TABLE child (
	school INTEGER, -- key 1 public hint=scope : school
	child  INTEGER, -- key 2 public hint=next_id : row id
	name   TEXT,    -- col 4 subject hub : free text
	sex    INTEGER, -- col 6 county hub : code
	phone  TEXT,    -- col 7 private quiet : free text
	PRIMARY KEY (school, child)
);
-- table 22 plan scope=county
CREATE TABLE plan (
	day  INTEGER, -- key 1 public : day
	kind INTEGER, -- col 2 public : kind
	PRIMARY KEY (day)
);
