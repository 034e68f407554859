-- The school: its sites and its people (N2.4, N3.5; R5, R10).

-- table 10 site scope=school
-- 校点. A school has sites; 0 is the school itself, 1 .. 99 its teaching points.
CREATE TABLE site (
	school INTEGER, -- key 1 public hint=scope : 学校（机构）标识码 of the Ministry of Education, ten digits
	site INTEGER, -- key 2 public : -NN of the teaching point, 0 the school
	name TEXT, -- col 3 public hub : 名称
	class INTEGER, -- col 4 public hub : 城乡分类代码 of the National Bureau of Statistics (统计用区划和城乡划分代码): 111 112 121 122 123 210 220
	class_year INTEGER, -- col 5 public hub : year of that classification
	kind INTEGER, -- col 6 public hub : 1 primary 2 junior 3 nine-year 4 teaching point 5 central
	boarding INTEGER, -- col 7 public default=0 hub : 1 children board
	phase INTEGER, -- col 8 public default=1 hub : 1 care 2 all who want 3 activities
	closed_on INTEGER, -- col 9 public hub : day number, NULL while it is open
	stage INTEGER, -- col 10 public hub : 1 primary 2 junior 3 both
	places INTEGER, -- col 11 public : places of the service, NULL no limit
	connectivity INTEGER, -- col 12 public hub : 0 none 1 telephone network 2 line
	sunset_min INTEGER, -- col 13 public : earliest sunset, minutes
	road TEXT, -- col 14 public : the way home, what is dangerous
	bus TEXT, -- col 15 public : timetable of the bus
	boarding_week INTEGER, -- col 16 public : bits of weekdays on which boarders go home
	visiting INTEGER, -- col 17 public default=0 : 1 teachers visit from elsewhere 走教
	guarded INTEGER, -- col 18 public : 1 a guard is there 0 none
	canteen INTEGER, -- col 19 public : 1 a canteen is there 0 none
	power_cuts INTEGER, -- col 20 public default=0 : 1 often
	no_smartphone INTEGER, -- col 21 public : guardians without a smartphone
	gates INTEGER, -- col 22 public : gates where children are fetched
	oversize INTEGER, -- col 23 public : classes over the allowed size
	account_unit INTEGER, -- col 24 public hub : 报账单位, 学校标识码; NULL the school itself
	central INTEGER, -- col 25 public hub : 中心校, 学校标识码 of the central school that looks after this one, on site 0; NULL none
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
	number TEXT, -- col 9 county : 工号, the same at every school of the county
	PRIMARY KEY (school, staff)
);

-- table 100 point_month scope=school
-- 教学点月况. What a month of a school under this central school came to, in numbers; the hub writes it.
CREATE TABLE point_month (
	school INTEGER, -- key 1 public hint=scope : 学校标识码 of the central school, site.central of the other
	of_school INTEGER, -- key 2 public : 学校标识码 of the school under it
	month INTEGER, -- key 3 public hub : year * 100 + month
	name TEXT, -- col 4 public hub : site.name
	children INTEGER, -- col 5 county hub : children enrolled on the last day of the month
	sessions INTEGER, -- col 6 county hub default=0 : sessions opened
	called INTEGER, -- col 7 county hub default=0 : of them with a roll call
	closed INTEGER, -- col 8 county hub default=0 : of them with the rooms looked into, 清场
	here INTEGER, -- col 9 county hub default=0 : marks of children who were here
	incidents INTEGER, -- col 10 county hub default=0 : incidents, without reports about staff
	hazards INTEGER, -- col 11 county hub default=0 : hazards found by then and not cleared yet
	fen INTEGER, -- col 12 county hub : 分, what the school signed of the month, NULL not yet
	last_on INTEGER, -- col 13 county hub : day number of the newest session that the hub has, NULL none
	at INTEGER, -- col 14 county hub hint=tx_time : ms
	by_staff INTEGER, -- col 15 county hub hint=tx_staff : who sent it, NULL the hub by itself
	PRIMARY KEY (school, of_school, month)
);
