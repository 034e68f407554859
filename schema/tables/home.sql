-- Ways home that several children share, and children who wait (N1, N4.3; R1, R12).

-- table 70 route scope=school
-- 路队，校车. A group that a teacher leads home, or a bus.
CREATE TABLE route (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	route INTEGER, -- key 2 public hint=next_id : row id
	kind INTEGER, -- col 3 public default=2 : as leaving.how: 2 路队 3 bus
	name TEXT, -- col 4 public : name of the way or line
	leader INTEGER, -- col 5 county : staff who leads it as a rule
	leaves_min INTEGER, -- col 6 public : minutes of the day, NULL with the session's end
	ended_on INTEGER, -- col 7 public : first day it no longer goes
	PRIMARY KEY (school, route)
);

-- table 71 late_pickup scope=school subject=pupil
-- 未按时接走. What was done for a child whom nobody had fetched.
CREATE TABLE late_pickup (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	date INTEGER, -- key 2 public hint=last_by:attendance.pupil : day number
	slot INTEGER, -- key 3 public hint=last_by:attendance.pupil : 1 noon 2 afternoon
	pupil INTEGER, -- key 4 public hint=list : the child
	informed INTEGER, -- col 5 county : staff who was informed, the head as a rule
	informed_at INTEGER, -- col 6 county hint=tx_time : ms
	kept_by INTEGER, -- col 7 county : staff who keeps the child, a guard as a rule
	kept_person TEXT, -- col 8 subject : named adult who keeps it, when it is no staff
	kept_at INTEGER, -- col 9 county : ms
	signed INTEGER, -- col 10 county default=0 : 1 whoever keeps it has signed on paper
	by_staff INTEGER, -- col 11 county hint=tx_staff : who entered it last
	PRIMARY KEY (school, date, slot, pupil)
);

-- table 72 chase scope=school subject=pupil
-- 催补. A guardian was asked for a consent that is still to follow.
CREATE TABLE chase (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	pupil INTEGER, -- key 2 public : the child
	chase INTEGER, -- key 3 public hint=next_id : row id
	chased_on INTEGER, -- col 4 county : day number
	how INTEGER, -- col 5 county default=1 : 1 slip 2 telephone 3 in person
	words TEXT, -- col 6 subject : what was said
	by_staff INTEGER, -- col 7 county hint=tx_staff : who asked
	PRIMARY KEY (school, pupil, chase)
);

-- table 78 boarding scope=school subject=pupil
-- 寄宿. A bed; how a boarder goes home on which weekday is in way.
CREATE TABLE boarding (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	pupil INTEGER, -- key 2 public : the child
	school_year INTEGER, -- key 3 public : 2020 starts 2020-09-01
	dormitory INTEGER, -- col 4 county : number of the dormitory room
	from_on INTEGER, -- col 5 county : day number, NULL from the start of the year
	until_on INTEGER, -- col 6 county : first day no longer, NULL open
	PRIMARY KEY (school, pupil, school_year)
);

-- table 79 posting scope=school
-- 走教. A teacher who visits a site on a weekday.
CREATE TABLE posting (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	staff INTEGER, -- key 2 public : staff
	site INTEGER, -- key 3 public : site
	weekday INTEGER, -- key 4 public : 1 Monday .. 7 Sunday, 0 every day
	from_on INTEGER, -- col 5 county : day number
	until_on INTEGER, -- col 6 county : first day no longer, NULL open
	PRIMARY KEY (school, staff, site, weekday)
);

-- table 98 mixed_group scope=school
-- 混龄组. A group of children of several grades; session.grp 1 .. 999.
CREATE TABLE mixed_group (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	site INTEGER, -- key 2 public : site
	grp INTEGER, -- key 3 public : 1 .. 999
	name TEXT, -- col 4 public : name
	ended_on INTEGER, -- col 5 public : first day it no longer meets
	PRIMARY KEY (school, site, grp)
);

-- table 99 mixed_member scope=school subject=pupil
-- 混龄组成员.
CREATE TABLE mixed_member (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	site INTEGER, -- key 2 public : site
	grp INTEGER, -- key 3 public : mixed_group.grp
	pupil INTEGER, -- key 4 public hint=list : the child
	from_on INTEGER, -- col 5 county : day number
	until_on INTEGER, -- col 6 county : first day no longer, NULL open
	PRIMARY KEY (school, site, grp, pupil)
);
