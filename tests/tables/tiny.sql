-- table 20 mark scope=school subject=child
-- A small table for the tests of the store.
CREATE TABLE mark (
	school INTEGER, -- key 1 public hint=scope : school
	child  INTEGER, -- key 2 public : row id
	state  INTEGER, -- col 3 public default=0 : state
	word   TEXT,    -- col 4 subject : free text
	quiet  INTEGER, -- col 5 county quiet : number
	PRIMARY KEY (school, child)
);
-- table 21 alarm scope=school urgent
CREATE TABLE alarm (
	school INTEGER, -- key 1 public hint=scope : school
	id     INTEGER, -- key 2 public : row id
	what   INTEGER, -- col 3 public : code
	PRIMARY KEY (school, id)
);
-- table 22 plan scope=county
CREATE TABLE plan (
	day  INTEGER, -- key 1 public : day
	kind INTEGER, -- col 2 public : kind
	PRIMARY KEY (day)
);
