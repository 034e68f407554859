-- Going home (N1, N4.3; R1, R12).

-- table 33 leaving scope=school subject=pupil
-- 离校. With whom and how a child left a session.
CREATE TABLE leaving (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	date INTEGER, -- key 2 public hint=last_by:attendance.pupil : day number
	slot INTEGER, -- key 3 public hint=last_by:attendance.pupil : 1 noon 2 afternoon
	site INTEGER, -- key 4 public hint=last_by:attendance.pupil : site
	grp INTEGER, -- key 5 public hint=last_by:attendance.pupil : group
	pupil INTEGER, -- key 6 public hint=list : the child
	how INTEGER, -- col 7 county default=1 : 1 collected 2 路队 3 bus 4 alone 5 boarder 6 staff takes it 7 back to lessons 9 other
	collector INTEGER, -- col 8 county hint=last_by:leaving.pupil : guardian or collector, NULL any listed
	at INTEGER, -- col 9 county hint=tx_time : ms
	by_staff INTEGER, -- col 10 county hint=tx_staff : who let it go
	person TEXT, -- col 11 subject : name of somebody who is not listed
	approval TEXT, -- col 12 subject : who agreed by telephone, and the witness
	approved_by INTEGER, -- col 13 county : guardian who agreed by telephone
	witness TEXT, -- col 14 subject : who heard the call
	route INTEGER, -- col 15 county : route, with how 2 and 3
	leader INTEGER, -- col 16 county : staff who walked or rode with the group
	PRIMARY KEY (school, date, slot, site, grp, pupil)
);
