-- The county's plan as rows (N2.1, N3.2, N4.1; R2, R7).

-- table 22 policy scope=county
-- 方案. One version of the plan.
CREATE TABLE policy (
	version INTEGER, -- key 1 public : rising number
	from_on INTEGER, -- col 2 public : day number
	title TEXT, -- col 3 public : title
	at INTEGER, -- col 4 public hint=tx_time : ms, published
	withdrawn INTEGER, -- col 5 public default=0 : 1 not to be used
	PRIMARY KEY (version)
);

-- table 23 policy_term scope=county
-- 学期.
CREATE TABLE policy_term (
	version INTEGER, -- key 1 public : policy.version
	no INTEGER, -- key 2 public : 1 2
	from_on INTEGER, -- col 3 public : first day
	until_on INTEGER, -- col 4 public : last day
	PRIMARY KEY (version, no)
);

-- table 24 policy_day scope=county
-- 校历. Days that differ from the week: closures and make-up days 调休.
CREATE TABLE policy_day (
	version INTEGER, -- key 1 public : policy.version
	day INTEGER, -- key 2 public : day number
	kind INTEGER, -- col 3 public : 1 school day 2 closed
	name TEXT, -- col 4 public : 中秋节 …
	PRIMARY KEY (version, day)
);

-- table 25 policy_window scope=county
-- 服务时段. When the service may be, by season, slot and urban-rural class.
CREATE TABLE policy_window (
	version INTEGER, -- key 1 public : policy.version
	no INTEGER, -- key 2 public : place in the document, from 1
	class INTEGER, -- col 3 public default=0 : 城乡分类, 0 every class
	from_md INTEGER, -- col 4 public : month * 100 + day, first
	until_md INTEGER, -- col 5 public : last; lower than from_md: over new year
	slot INTEGER, -- col 6 public : 1 noon 2 afternoon
	begin_min INTEGER, -- col 7 public : minutes
	end_min INTEGER, -- col 8 public : minutes
	kind INTEGER, -- col 9 public default=0 : site.kind, 0 every kind
	school INTEGER, -- col 10 public default=0 : 学校标识码, 0 every school
	site INTEGER, -- col 11 public default=-1 : -1 every site
	PRIMARY KEY (version, no)
);

-- table 26 message scope=county
-- 通知. The county to its schools.
CREATE TABLE message (
	message INTEGER, -- key 1 public hint=next_id : row id
	to_school INTEGER, -- col 2 public default=0 : 学校标识码, 0 all
	title TEXT, -- col 3 public : title
	body TEXT, -- col 4 public : text
	at INTEGER, -- col 5 public hint=tx_time : ms
	PRIMARY KEY (message)
);

-- table 27 message_read scope=school
-- 已阅. A school says that it has read.
CREATE TABLE message_read (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	message INTEGER, -- key 2 public : message
	at INTEGER, -- col 3 county hint=tx_time : ms
	by_staff INTEGER, -- col 4 county hint=tx_staff : who
	PRIMARY KEY (school, message)
);
