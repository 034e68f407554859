-- The county's own: its people, who may serve, rates and the rest of the plan
-- (N2.1, N2.4, N3.5, N4.1, N4.2; R2, R5, R8, R10, R11).

-- table 50 county_staff scope=county
-- 县级人员. Who acts for the county; PINs stay at the hub (county_pin).
CREATE TABLE county_staff (
	staff INTEGER, -- key 1 public hint=next_id : row id, one range for the whole county
	name TEXT, -- col 2 public : 姓名
	roles INTEGER, -- col 3 public : bits of enum domain_role: clerk lead auditor
	active INTEGER, -- col 4 public default=1 : 0 has left
	PRIMARY KEY (staff)
);

-- table 51 clearance scope=county
-- 入职查询. The county's file of who was checked, by number and without a name.
CREATE TABLE clearance (
	number TEXT, -- key 1 public : 工号, staff.number
	state INTEGER, -- col 2 public : 1 cleared 2 barred
	from_on INTEGER, -- col 3 public : day number from which it holds
	at INTEGER, -- col 4 public hint=tx_time : ms
	by_staff INTEGER, -- col 5 public hint=tx_staff : who entered it
	PRIMARY KEY (number)
);

-- table 52 policy_rate scope=county
-- 补助标准. What a unit of duty is worth, by role, class and kind of person.
CREATE TABLE policy_rate (
	version INTEGER, -- key 1 public : policy.version
	no INTEGER, -- key 2 public : place in the document, from 1
	role INTEGER, -- col 3 public default=0 : 1 看护 watch 2 活动 activity, 0 every role
	class INTEGER, -- col 4 public default=0 : 城乡分类, 0 every class
	person INTEGER, -- col 5 public default=0 : staff.kind, 0 every kind
	school INTEGER, -- col 6 public default=0 : 学校标识码, 0 every school
	unit INTEGER, -- col 7 public default=1 : 1 hour 2 课时 3 session
	unit_min INTEGER, -- col 8 public default=60 : minutes of a unit, not for unit 3
	fen INTEGER, -- col 9 public : 分 a unit
	PRIMARY KEY (version, no)
);

-- table 53 policy_setting scope=county
-- 参数. One named value, for all, for a class or kind, or for one school or site.
CREATE TABLE policy_setting (
	version INTEGER, -- key 1 public : policy.version
	no INTEGER, -- key 2 public : place in the document, from 1
	name TEXT, -- col 3 public : see docs/policy.md
	value TEXT, -- col 4 public : a number as text, or a word
	class INTEGER, -- col 5 public default=0 : 城乡分类, 0 every class
	kind INTEGER, -- col 6 public default=0 : site.kind, 0 every kind
	school INTEGER, -- col 7 public default=0 : 学校标识码, 0 every school
	site INTEGER, -- col 8 public default=-1 : -1 every site
	PRIMARY KEY (version, no)
);

-- table 60 county_month scope=county
-- 月度汇总. What was sent to the city of a month, by class and without names; small ones empty.
CREATE TABLE county_month (
	month INTEGER, -- key 1 public : year * 100 + month
	site_class INTEGER, -- key 2 public : 城乡分类代码
	schools INTEGER, -- col 3 public : schools with a site of the class
	children INTEGER, -- col 4 public : children, NULL fewer than ten, and then all else NULL
	sessions INTEGER, -- col 5 public : sessions held
	child_minutes INTEGER, -- col 6 public : minutes of all children together
	people INTEGER, -- col 7 public : people with duty
	fen INTEGER, -- col 8 public : 分, subsidies after the cap
	incidents INTEGER, -- col 9 public : incidents
	at INTEGER, -- col 10 public hint=tx_time : ms
	by_staff INTEGER, -- col 11 public hint=tx_staff : who
	PRIMARY KEY (month, site_class)
);

-- table 54 policy_entry scope=county
-- 目录. Lists of the plan: kinds of activity, indicators, phases, retention.
CREATE TABLE policy_entry (
	version INTEGER, -- key 1 public : policy.version
	list INTEGER, -- key 2 public : 1 activity 2 indicator 3 phase 4 retention
	code INTEGER, -- key 3 public : code in its list
	title TEXT, -- col 4 public : title
	body TEXT, -- col 5 public : explanation
	quantity INTEGER, -- col 6 public : indicator: weight; phase: sessions closed before it; retention: days
	PRIMARY KEY (version, list, code)
);
