-- The school: its sites and its people (N2.4, N3.5; R5, R10).

-- table 10 site scope=school
-- 校点. A school has sites; 0 is the school itself, 1 .. 99 its teaching points.
CREATE TABLE site (
	school INTEGER, -- key 1 public hint=scope : 学校标识码, ten digits
	site INTEGER, -- key 2 public : -NN of the teaching point, 0 the school
	name TEXT, -- col 3 public hub : 名称
	class INTEGER, -- col 4 public hub : 城乡分类 111 112 121 122 123 210 220
	class_year INTEGER, -- col 5 public hub : year of that classification
	kind INTEGER, -- col 6 public hub : 1 primary 2 junior 3 nine-year 4 teaching point 5 central
	boarding INTEGER, -- col 7 public default=0 hub : 1 children board
	phase INTEGER, -- col 8 public default=1 hub : 1 care 2 all who want 3 activities
	closed_on INTEGER, -- col 9 public hub : day number, NULL while it is open
	PRIMARY KEY (school, site)
);

-- table 11 staff scope=school subject=staff
-- 人员. Who serves: teachers, retired teachers, workers, volunteers.
CREATE TABLE staff (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	staff INTEGER, -- key 2 public hint=next_id : row id
	name TEXT, -- col 3 subject : 姓名
	roles INTEGER, -- col 4 county : bits of enum domain_role
	kind INTEGER, -- col 5 county default=1 : 1 serving 2 retired 3 worker 4 parent 5 community 6 university 7 enterprise
	pin_hash TEXT, -- col 6 private quiet : Argon2id of the PIN
	active INTEGER, -- col 7 county default=1 : 0 has left the service
	checked_on INTEGER, -- col 8 county : 入职查询, day number
	PRIMARY KEY (school, staff)
);
