-- 表头用词. Headers of class lists that staff taught this machine.
CREATE TABLE roster_word (
	school INTEGER NOT NULL,
	header TEXT NOT NULL,  -- as the office writes it
	field TEXT NOT NULL,   -- name of schema/roster_table.c
	PRIMARY KEY (school, header)
) WITHOUT ROWID;
