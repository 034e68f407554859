-- Plan and offer of a school: receipts of the plan, orders, closures, places,
-- the week, satisfaction (N2.1, N2.4, N3.1, N3.4; R2, R5, R6, R9).

-- table 55 policy_read scope=school
-- 方案签收. The school has seen a version of the plan.
CREATE TABLE policy_read (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	version INTEGER, -- key 2 public : policy.version
	at INTEGER, -- col 3 county hint=tx_time : ms
	by_staff INTEGER, -- col 4 county hint=tx_staff : who
	PRIMARY KEY (school, version)
);

-- table 56 phone_order scope=school
-- 电话通知. An order that came by telephone, and the plan or message that bore it out.
CREATE TABLE phone_order (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	order_id INTEGER, -- key 2 public hint=next_id : row id
	received_at INTEGER, -- col 3 county hint=row_time : ms
	caller TEXT, -- col 4 county : who called, with the office
	words TEXT, -- col 5 county : what was said
	by_staff INTEGER, -- col 6 county hint=tx_staff : who took it down
	policy INTEGER, -- col 7 county : policy.version that matched it, NULL not yet
	message INTEGER, -- col 8 county : message that matched it, NULL not yet
	matched_at INTEGER, -- col 9 county : ms
	PRIMARY KEY (school, order_id)
);

-- table 57 closure scope=school
-- 临时停课，调整放学时间. A day without service, or with another end, and why.
CREATE TABLE closure (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	site INTEGER, -- key 2 public : site
	date INTEGER, -- key 3 public : day number
	slot INTEGER, -- key 4 public : 1 noon 2 afternoon
	end_min INTEGER, -- col 5 public : minutes of another end, NULL no service
	reason TEXT, -- col 6 county : snow, road …
	undone INTEGER, -- col 7 public default=0 : 1 it holds no longer
	at INTEGER, -- col 8 county hint=tx_time : ms
	by_staff INTEGER, -- col 9 county hint=tx_staff : who
	PRIMARY KEY (school, site, date, slot)
);

-- table 58 place_refusal scope=school subject=pupil
-- 未安排. A child that asked and got no place, and why.
CREATE TABLE place_refusal (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	pupil INTEGER, -- key 2 public : the child
	school_year INTEGER, -- key 3 public : school year
	reason TEXT, -- col 4 subject : why
	undone INTEGER, -- col 5 county default=0 : 1 it has a place after all
	at INTEGER, -- col 6 county hint=tx_time : ms
	by_staff INTEGER, -- col 7 county hint=tx_staff : who
	PRIMARY KEY (school, pupil, school_year)
);

-- table 61 plan_item scope=school
-- 周计划. Who does what with a group on a day of the week.
CREATE TABLE plan_item (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	week_on INTEGER, -- key 2 public : day number of the Monday
	weekday INTEGER, -- key 3 public : 1 Monday .. 7 Sunday
	slot INTEGER, -- key 4 public : 1 noon 2 afternoon
	site INTEGER, -- key 5 public : site
	grp INTEGER, -- key 6 public : group
	staff INTEGER, -- col 7 county : who
	kind INTEGER, -- col 8 county : policy_entry.code of list 1
	title TEXT, -- col 9 county : in words
	room TEXT, -- col 10 county : where
	dropped INTEGER, -- col 11 county default=0 : 1 taken out of the plan
	PRIMARY KEY (school, week_on, weekday, slot, site, grp)
);

-- table 59 plan_sign scope=school
-- 计划会签. The parents' committee has countersigned the plans of some weeks, on paper.
CREATE TABLE plan_sign (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	week_on INTEGER, -- key 2 public : day number of the first Monday
	until_on INTEGER, -- col 3 county : day number of the last day that it covers
	signer TEXT, -- col 4 county : who signed for the committee
	signed_on INTEGER, -- col 5 county : day number
	by_staff INTEGER, -- col 6 county hint=tx_staff : who entered it
	PRIMARY KEY (school, week_on)
);

-- table 62 satisfaction scope=school
-- 满意度. How a group answered, twice a term, without names.
CREATE TABLE satisfaction (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	term_on INTEGER, -- key 2 public : first day of the term
	round INTEGER, -- key 3 public : 1 2
	site INTEGER, -- key 4 public : site
	grp INTEGER, -- key 5 public : group
	how INTEGER, -- col 6 county default=1 : 1 show of hands 2 form
	asked INTEGER, -- col 7 county : answers
	content INTEGER, -- col 8 county : of them content
	words TEXT, -- col 9 county : what they wish, without names
	held_on INTEGER, -- col 10 county : day number
	by_staff INTEGER, -- col 11 county hint=tx_staff : who asked
	PRIMARY KEY (school, term_on, round, site, grp)
);
