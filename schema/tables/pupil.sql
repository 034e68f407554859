-- Children and their families (N3.1; R6, R18, R19).

-- table 12 pupil scope=school subject=pupil
-- 学生. One row per child; what changes with the year is in enrolment.
CREATE TABLE pupil (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	pupil INTEGER, -- key 2 public hint=next_id : row id
	name TEXT, -- col 3 subject hub : 姓名
	sex INTEGER, -- col 4 county hub : GB/T 2261.1, 0 1 2 9
	birth TEXT, -- col 5 subject hub : YYYY-MM-DD or YYYY-MM
	student_no TEXT, -- col 6 subject hub : 学籍号: G (certain), J (provisional) or L, 17 digits, and a digit or X, which for G and J is the check digit of GB 11643
	address TEXT, -- col 7 private : 家庭住址
	health TEXT, -- col 8 private : allergies, medicine
	same_as INTEGER, -- col 9 county hub : the pupil of which this is a double
	walk_in_on INTEGER, -- col 10 county : day number, turned up before anybody knew it
	allergy TEXT, -- col 11 private : what it must not eat
	PRIMARY KEY (school, pupil)
);

-- table 13 guardian scope=school subject=pupil
-- 监护人. A guardian or delegated carer (委托照护) of one child.
CREATE TABLE guardian (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	pupil INTEGER, -- key 2 public : the child
	guardian INTEGER, -- key 3 public hint=next_id : row id
	name TEXT, -- col 4 subject : 姓名
	phone TEXT, -- col 5 private : 联系电话, digits
	relation INTEGER, -- col 6 county default=0 : 0 not said 1 father 2 mother 3 paternal grandparent 4 maternal grandparent 5 other 6 delegated carer
	ended_on INTEGER, -- col 7 county : day number, NULL while it holds
	delegated_by INTEGER, -- col 8 county : guardian who delegated the care (委托照护书)
	delegated_until INTEGER, -- col 9 county : first day the delegation no longer holds, NULL open
	PRIMARY KEY (school, pupil, guardian)
);

-- table 14 collector scope=school subject=pupil
-- 接送人. Who may fetch the child besides its guardians.
CREATE TABLE collector (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	pupil INTEGER, -- key 2 public : the child
	collector INTEGER, -- key 3 public hint=next_id : row id
	name TEXT, -- col 4 subject : 姓名
	phone TEXT, -- col 5 private : 联系电话
	relation INTEGER, -- col 6 county default=5 : as guardian.relation
	ended_on INTEGER, -- col 7 county : day number, NULL while it holds
	PRIMARY KEY (school, pupil, collector)
);

-- table 15 enrolment scope=school subject=pupil
-- 在读. Where a child was in a school year.  grade = school_year - entry_year + 1.
CREATE TABLE enrolment (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	pupil INTEGER, -- key 2 public : the child
	school_year INTEGER, -- key 3 public : 2020 starts 2020-09-01
	site INTEGER, -- col 4 county default=0 : site
	entry_year INTEGER, -- col 5 county : 入学年份 of the class it sits in
	class INTEGER, -- col 6 county default=1 : 班
	from_on INTEGER, -- col 7 county : day number, NULL from the start of the year
	until_on INTEGER, -- col 8 county : first day no longer here, NULL open
	repeats INTEGER, -- col 9 county default=0 : 1 repeats the grade 留级
	turned INTEGER, -- col 10 county default=0 : 1 made by year.turn
	PRIMARY KEY (school, pupil, school_year)
);

-- table 16 priority scope=school subject=pupil
-- 优先保障. Priority groups; low grades are computed.
CREATE TABLE priority (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	pupil INTEGER, -- key 2 public : the child
	kind INTEGER, -- key 3 public : 2 migrant worker's child 3 left-behind 4 disabled
	source INTEGER, -- col 4 county default=1 : 1 roster 2 guardian 3 civil affairs
	since_on INTEGER, -- col 5 county : day number
	until_on INTEGER, -- col 6 county : first day it no longer holds
	definition INTEGER, -- col 7 county : of kind 3: 1 both parents away, or one with the other unable to care (civil affairs) 2 one or both parents away (education statistics), NULL not said
	PRIMARY KEY (school, pupil, kind)
);

-- table 17 request scope=school subject=pupil
-- 报名. Wants to take part; never a consent.
CREATE TABLE request (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	pupil INTEGER, -- key 2 public : the child
	school_year INTEGER, -- key 3 public : school year
	slots INTEGER, -- col 4 county default=2 : bits 1 noon 2 afternoon
	wanted INTEGER, -- col 5 county default=1 : 0 says no
	source INTEGER, -- col 6 county default=1 : 1 roster 2 guardian
	at INTEGER, -- col 7 county hint=tx_time : ms
	PRIMARY KEY (school, pupil, school_year)
);

-- table 18 way scope=school subject=pupil
-- 离校方式. How a child usually goes home on a weekday.
CREATE TABLE way (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	pupil INTEGER, -- key 2 public : the child
	weekday INTEGER, -- key 3 public : 1 Monday .. 7 Sunday, 0 every day
	how INTEGER, -- col 4 county default=1 : as leaving.how
	collector INTEGER, -- col 5 county : guardian or collector, NULL any listed
	route INTEGER, -- col 6 county : route, with how 2 and 3
	asked_on INTEGER, -- col 7 county : day number of the written request, with how 4
	asked_by INTEGER, -- col 8 county : guardian who wrote it
	PRIMARY KEY (school, pupil, weekday)
);
