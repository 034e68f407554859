-- table 900 later_note scope=school
-- What a program of next year keeps besides: for the simulator's mix of versions.
CREATE TABLE later_note (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	note   INTEGER, -- key 2 public : number
	text   TEXT,    -- col 3 county : in words
	PRIMARY KEY (school, note)
);
