-- The rights of the person, moving, the turn of the year (law, N3.1, N3.2; R18, R19, R20).

-- table 90 data_consent scope=school subject=pupil
-- 个人信息同意. Apart from taking part; a refusal means a paper record.
CREATE TABLE data_consent (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	pupil INTEGER, -- key 2 public : the child
	consent INTEGER, -- key 3 public hint=next_id : row id
	guardian INTEGER, -- col 4 county hint=last_by:guardian.pupil : who chose
	choice INTEGER, -- col 5 county default=1 : 1 agrees 0 refuses: paper
	how INTEGER, -- col 6 county default=1 : as consent.how
	witness TEXT, -- col 7 subject : who heard the call
	given_on INTEGER, -- col 8 county : day number
	at INTEGER, -- col 9 county hint=tx_time : ms
	by_staff INTEGER, -- col 10 county hint=tx_staff : who entered it
	PRIMARY KEY (school, pupil, consent)
);

-- table 91 subject_request scope=school subject=pupil
-- 个人信息请求. A guardian asks to see, correct or erase.
CREATE TABLE subject_request (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	pupil INTEGER, -- key 2 public : the child
	request INTEGER, -- key 3 public hint=next_id : row id
	guardian INTEGER, -- col 4 county : who asks
	kind INTEGER, -- col 5 county : 1 see 2 correct 3 erase 4 stop
	asked_on INTEGER, -- col 6 county : day number
	due_on INTEGER, -- col 7 county : day number
	answered_on INTEGER, -- col 8 county : day number, NULL open
	outcome INTEGER, -- col 9 county : 1 done 2 done in part 3 refused
	words TEXT, -- col 10 subject : what was asked and answered
	by_staff INTEGER, -- col 11 county hint=tx_staff : who took it
	PRIMARY KEY (school, pupil, request)
);

-- table 92 transfer scope=school subject=pupil
-- 转学. A child leaves for, or arrives from, another school.
CREATE TABLE transfer (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	pupil INTEGER, -- key 2 public : the child here
	transfer INTEGER, -- key 3 public hint=next_id : row id
	direction INTEGER, -- col 4 county : 1 leaves 2 arrives
	moved_on INTEGER, -- col 5 county : day number
	other_school INTEGER, -- col 6 county : 学校标识码, NULL outside the county or not known
	note TEXT, -- col 7 subject : where, in words
	by_staff INTEGER, -- col 8 county hint=tx_staff : who entered it
	PRIMARY KEY (school, pupil, transfer)
);

-- table 93 person_link scope=county
-- 同一学生. Rows of two schools are one child: the later points to the earlier.
CREATE TABLE person_link (
	of_school INTEGER, -- key 1 public : 学校标识码
	pupil INTEGER, -- key 2 public : pupil there
	to_school INTEGER, -- col 3 public : 学校标识码 of the earlier school, 0 the link was wrong
	to_pupil INTEGER, -- col 4 public : pupil there
	linked_on INTEGER, -- col 5 public : day number
	PRIMARY KEY (of_school, pupil)
);

-- table 94 year_turn scope=school
-- 学年更替. What the turn into a school year did.
CREATE TABLE year_turn (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	school_year INTEGER, -- key 2 public : the new one
	promoted INTEGER, -- col 3 county : children who went up
	repeated INTEGER, -- col 4 county : children who repeat
	graduated INTEGER, -- col 5 county : children who graduated
	at INTEGER, -- col 6 county hint=tx_time : ms
	by_staff INTEGER, -- col 7 county hint=tx_staff : who confirmed
	undone_at INTEGER, -- col 8 county : ms, NULL it stands
	PRIMARY KEY (school, school_year)
);
