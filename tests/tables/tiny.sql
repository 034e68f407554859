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
-- table 23 item scope=school subject=item
-- One column of each kind that the engine tells apart.
CREATE TABLE item (
	school INTEGER, -- key 1 public hint=scope : the scope
	item   INTEGER, -- key 2 public hint=next_id : row id
	title  TEXT,    -- col 3 subject : a name
	amount INTEGER, -- col 4 county default=0 : a number with a default
	kind   TEXT,    -- col 5 public default='plain' : a code with a default
	note   TEXT,    -- col 6 private quiet : for the school alone
	state  INTEGER, -- col 7 public quiet hub default=0 : the hub may write it
	extra  BLOB,    -- col 8 county : bytes
	PRIMARY KEY (school, item)
);
-- table 24 link scope=school
-- Keys alone.
CREATE TABLE link (
	school INTEGER, -- key 1 public hint=scope : the scope
	item   INTEGER, -- key 2 public : of item
	other  INTEGER, -- key 3 public : of item
	PRIMARY KEY (school, item, other)
);
-- table 25 gone scope=school erases=child
-- Who is erased.
CREATE TABLE gone (
	school INTEGER, -- key 1 public hint=scope : the scope
	child  INTEGER, -- key 2 public : person
	PRIMARY KEY (school, child)
);
-- table 26 report scope=school subject=child
-- The person is no key.
CREATE TABLE report (
	school INTEGER, -- key 1 public hint=scope : the scope
	report INTEGER, -- key 2 public : row id
	child  INTEGER, -- col 3 county : person
	what   TEXT,    -- col 4 subject : free text
	PRIMARY KEY (school, report)
);
