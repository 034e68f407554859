-- The day: sessions, who is here, who watches (N1, N3.2, N4.3; R1, R7, R12).
-- A session has the natural key date, slot, site, grp.  grp: 0 all children of
-- the site; entry_year * 100 + class a class; 1 .. 999 a mixed group.

-- table 30 session scope=school
-- 场次.
CREATE TABLE session (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	date INTEGER, -- key 2 public : day number
	slot INTEGER, -- key 3 public : 1 noon 2 afternoon
	site INTEGER, -- key 4 public : site
	grp INTEGER, -- key 5 public : group
	staff INTEGER, -- col 6 county hint=tx_staff : who watches at first
	at INTEGER, -- col 7 county hint=tx_time : ms, opened
	policy INTEGER, -- col 8 county : policy.version that the node had
	begin_min INTEGER, -- col 9 county : minutes
	end_min INTEGER, -- col 10 county : minutes
	activity TEXT, -- col 11 county : what is done
	reason TEXT, -- col 12 county : why it differs from the plan
	kind INTEGER, -- col 13 county : policy_entry.code of list 1, NULL care alone
	PRIMARY KEY (school, date, slot, site, grp)
);

-- table 31 attendance scope=school subject=pupil
-- 考勤. One mark of one child in one session.
CREATE TABLE attendance (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	date INTEGER, -- key 2 public hint=last_by:session.school : day number
	slot INTEGER, -- key 3 public hint=last_by:session.school : 1 noon 2 afternoon
	site INTEGER, -- key 4 public hint=last_by:session.school : site
	grp INTEGER, -- key 5 public hint=last_by:session.school : group
	pupil INTEGER, -- key 6 public hint=list : the child
	state INTEGER, -- col 7 county default=1 : 1 here 2 not here 3 excused
	at INTEGER, -- col 8 county hint=tx_time : ms
	by_staff INTEGER, -- col 9 county hint=tx_staff : who marked
	reason TEXT, -- col 10 subject : why, with a correction
	PRIMARY KEY (school, date, slot, site, grp, pupil)
);

-- table 32 handover scope=school
-- 交接班. The children pass from one adult to another.
CREATE TABLE handover (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	date INTEGER, -- key 2 public hint=last_by:session.school : day number
	slot INTEGER, -- key 3 public hint=last_by:session.school : 1 noon 2 afternoon
	site INTEGER, -- key 4 public : site
	grp INTEGER, -- key 5 public : group
	no INTEGER, -- key 6 public : from 1
	from_staff INTEGER, -- col 7 county hint=tx_staff : who hands over; NULL one-teacher point
	to_staff INTEGER, -- col 8 county : who takes over
	expected INTEGER, -- col 9 county : children here by the records
	counted INTEGER, -- col 10 county : children counted
	reason TEXT, -- col 11 county : difference, missing second person, emergency cover
	at INTEGER, -- col 12 county hint=tx_time : ms
	by_staff INTEGER, -- col 13 county hint=tx_staff : who entered it
	kind INTEGER, -- col 14 county default=1 : 1 ordinary 2 one-teacher point 3 emergency cover
	PRIMARY KEY (school, date, slot, site, grp, no)
);

-- table 34 closing scope=school
-- 清场. The room was checked empty.
CREATE TABLE closing (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	date INTEGER, -- key 2 public : day number
	slot INTEGER, -- key 3 public : 1 noon 2 afternoon
	site INTEGER, -- key 4 public : site
	grp INTEGER, -- key 5 public : group
	left_here INTEGER, -- col 6 county default=0 : children still here by the records
	empty INTEGER, -- col 7 county default=1 : 1 looked into every room
	reason TEXT, -- col 8 county : when it was not empty
	at INTEGER, -- col 9 county hint=tx_time : ms
	by_staff INTEGER, -- col 10 county hint=tx_staff : who checked
	PRIMARY KEY (school, date, slot, site, grp)
);
