-- Plans, numbers to dial, who was hurt or ill, what was eaten (N4.3; R13, R14).

-- table 73 emergency_plan scope=county
-- 应急预案. What to do, step by step; the newest version of a kind holds.
CREATE TABLE emergency_plan (
	kind INTEGER, -- key 1 public : as incident.kind
	version INTEGER, -- key 2 public : rising number
	title TEXT, -- col 3 public : title
	body TEXT, -- col 4 public : steps, one a line
	from_on INTEGER, -- col 5 public : day number
	cluster_day INTEGER, -- col 6 public : ill of one class or dormitory in one day that make a cluster, NULL 3
	cluster_days INTEGER, -- col 7 public : the same in three days, NULL 5
	report_hours INTEGER, -- col 8 public : hours until a cluster must be reported, NULL 24
	PRIMARY KEY (kind, version)
);

-- table 74 emergency_number scope=county
-- 应急电话. Whom to dial, by the county.
CREATE TABLE emergency_number (
	number_id INTEGER, -- key 1 public hint=next_id : row id
	to_school INTEGER, -- col 2 public default=0 : 学校标识码, 0 every school
	kind INTEGER, -- col 3 public default=0 : as incident.kind, 0 every kind, 90 complaints about charging
	name TEXT, -- col 4 public : 急救 派出所 疾控 …
	phone TEXT, -- col 5 public : digits
	ended_on INTEGER, -- col 6 public : first day it no longer holds
	PRIMARY KEY (number_id)
);

-- table 75 school_number scope=school
-- 本地应急电话. Whom to dial near a school: clinic, village committee.
CREATE TABLE school_number (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	number_id INTEGER, -- key 2 public hint=next_id : row id
	kind INTEGER, -- col 3 public default=0 : as emergency_number.kind
	name TEXT, -- col 4 public : 卫生室 村委会 …
	phone TEXT, -- col 5 public : digits
	ended_on INTEGER, -- col 6 public : first day it no longer holds
	PRIMARY KEY (school, number_id)
);

-- table 76 incident_person scope=school subject=pupil urgent
-- 涉及学生. A child that an incident touched.
CREATE TABLE incident_person (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	incident INTEGER, -- key 2 public : incident
	pupil INTEGER, -- key 3 public hint=list : the child
	part INTEGER, -- key 4 public : 1 hurt 2 ate 3 ill 4 saw it
	since_on INTEGER, -- col 5 county : day number, first sign
	at INTEGER, -- col 6 county hint=tx_time : ms
	by_staff INTEGER, -- col 7 county hint=tx_staff : who added
	PRIMARY KEY (school, incident, pupil, part)
);

-- table 77 incident_food scope=school urgent
-- 涉及食品. A meal that an incident is about.
CREATE TABLE incident_food (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	incident INTEGER, -- key 2 public : incident
	food INTEGER, -- key 3 public hint=next_id : row id
	meal_on INTEGER, -- col 4 county : day number of the meal
	batch TEXT, -- col 5 county : food and batch number
	sample_kept INTEGER, -- col 6 county : 1 留样 is there 0 it is not
	stopped_at INTEGER, -- col 7 county : ms, meals stopped, NULL not
	water INTEGER, -- col 8 county default=0 : 1 it is about water
	at INTEGER, -- col 9 county hint=tx_time : ms
	by_staff INTEGER, -- col 10 county hint=tx_staff : who added
	PRIMARY KEY (school, incident, food)
);
