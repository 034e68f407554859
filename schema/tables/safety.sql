-- Checks and hazards, lessons and drills, 责任书 (N4.3; R14).

-- table 80 inspection scope=school
-- 安全检查.
CREATE TABLE inspection (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	inspection INTEGER, -- key 2 public hint=next_id : row id
	kind INTEGER, -- col 3 county : 1 traffic 2 premises 3 fire 4 food 5 security 6 surroundings
	site INTEGER, -- col 4 county default=0 : site
	checked_on INTEGER, -- col 5 county : day number
	result TEXT, -- col 6 county : what was looked at and found
	by_staff INTEGER, -- col 7 county hint=tx_staff : who checked
	PRIMARY KEY (school, inspection)
);

-- table 81 hazard scope=school
-- 隐患. Open until a hazard_step of kind 5 comes last.
CREATE TABLE hazard (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	hazard INTEGER, -- key 2 public hint=next_id : row id
	inspection INTEGER, -- col 3 county : inspection, NULL found otherwise
	kind INTEGER, -- col 4 county : as inspection.kind
	site INTEGER, -- col 5 county default=0 : site
	place TEXT, -- col 6 county : where
	what TEXT, -- col 7 county : what is wrong
	department INTEGER, -- col 8 county : 1 综治 2 公安 3 卫生 4 市场监管 5 消防 6 school 7 教体局
	found_on INTEGER, -- col 9 county : day number
	due_on INTEGER, -- col 10 county : day number by which it is to be cleared
	by_staff INTEGER, -- col 11 county hint=tx_staff : who found it
	PRIMARY KEY (school, hazard)
);

-- table 82 hazard_step scope=school
-- 隐患处理.
CREATE TABLE hazard_step (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	hazard INTEGER, -- key 2 public : hazard
	step INTEGER, -- key 3 public hint=next_id : row id
	kind INTEGER, -- col 4 county : 1 referred 移送 2 reply 3 reminder 4 measure 5 cleared 6 open again
	step_on INTEGER, -- col 5 county : day number
	text TEXT, -- col 6 county : in words
	due_on INTEGER, -- col 7 county : new date, NULL as it was
	at INTEGER, -- col 8 county hint=tx_time : ms
	by_staff INTEGER, -- col 9 county hint=tx_staff : who entered it
	PRIMARY KEY (school, hazard, step)
);

-- table 83 training scope=school
-- 教育与演练. A lesson or a drill.
CREATE TABLE training (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	training INTEGER, -- key 2 public hint=next_id : row id
	kind INTEGER, -- col 3 county : 1 hygiene 2 safety 3 law 4 fire drill 5 evacuation drill 6 other drill
	held_on INTEGER, -- col 4 county : day number
	site INTEGER, -- col 5 county default=0 : site
	pupils INTEGER, -- col 6 county default=0 : how many children
	adults INTEGER, -- col 7 county default=0 : how many adults
	note TEXT, -- col 8 county : what went well, what did not
	by_staff INTEGER, -- col 9 county hint=tx_staff : who entered it
	PRIMARY KEY (school, training)
);

-- table 84 pledge scope=school
-- 责任书. Signed on paper; here that it was.
CREATE TABLE pledge (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	staff INTEGER, -- key 2 public : who signed
	school_year INTEGER, -- key 3 public : 2020 starts 2020-09-01
	kind INTEGER, -- key 4 public : 1 safety 2 food 3 fire 4 traffic
	signed_on INTEGER, -- col 5 county : day number
	PRIMARY KEY (school, staff, school_year, kind)
);

-- table 85 plan_revision scope=school
-- 预案修订. The school's own plan of a kind, after an incident or a drill.
CREATE TABLE plan_revision (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	kind INTEGER, -- key 2 public : as incident.kind
	revision INTEGER, -- key 3 public hint=next_id : row id
	revised_on INTEGER, -- col 4 county : day number
	body TEXT, -- col 5 county : the plan, or what changed
	incident INTEGER, -- col 6 county : incident that was the cause, NULL none
	training INTEGER, -- col 7 county : drill that was the cause, NULL none
	by_staff INTEGER, -- col 8 county hint=tx_staff : who revised
	PRIMARY KEY (school, kind, revision)
);
