-- table 20 child scope=school subject=child
-- The newer: columns before, between and after the old ones, and a table.
CREATE TABLE child (
	school INTEGER, -- key 1 public hint=scope : school
	child  INTEGER, -- key 2 public hint=next_id : row id
	class  INTEGER, -- col 3 county hub default=7 : number
	name   TEXT,    -- col 4 subject hub : free text
	nick   TEXT,    -- col 5 subject hub default='none' : free text
	sex    INTEGER, -- col 6 county hub : code
	phone  TEXT,    -- col 7 private quiet : free text
	diet   TEXT,    -- col 8 private quiet : free text
	PRIMARY KEY (school, child)
);
-- table 21 visit scope=school
CREATE TABLE visit (
	school INTEGER, -- key 1 public hint=scope : school
	visit  INTEGER, -- key 2 public hint=next_id : row id
	day    INTEGER, -- col 3 county hub : day
	PRIMARY KEY (school, visit)
);
-- table 22 plan scope=county
CREATE TABLE plan (
	day  INTEGER, -- key 1 public : day
	kind INTEGER, -- col 2 public : kind
	term INTEGER, -- col 3 public default=1 : number
	PRIMARY KEY (day)
);
