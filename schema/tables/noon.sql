-- Noon: meals and rest (N3.2, N4.3; R21).

-- table 95 noon scope=school subject=pupil
-- 午间. Whether a child eats and sleeps at school.
CREATE TABLE noon (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	pupil INTEGER, -- key 2 public : the child
	school_year INTEGER, -- key 3 public : 2020 starts 2020-09-01
	eats INTEGER, -- col 4 county default=1 : 1 eats at school
	naps INTEGER, -- col 5 county default=0 : 1 sleeps at school
	PRIMARY KEY (school, pupil, school_year)
);

-- table 96 meal scope=school
-- 供餐. A meal of a day: who ate along, and the sample. Meal money stays outside.
CREATE TABLE meal (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	date INTEGER, -- key 2 public : day number
	site INTEGER, -- key 3 public : site
	menu TEXT, -- col 4 county : food and batch numbers
	with_staff INTEGER, -- col 5 county : 陪餐, who ate along, NULL nobody
	sample_at INTEGER, -- col 6 county : ms, 留样 taken, NULL none
	sample_by INTEGER, -- col 7 county : staff who took it
	sample_grams INTEGER, -- col 8 county : grams of each food
	at INTEGER, -- col 9 county hint=tx_time : ms
	by_staff INTEGER, -- col 10 county hint=tx_staff : who entered it
	PRIMARY KEY (school, date, site)
);

-- table 97 meal_mark scope=school subject=pupil
-- 用餐例外. A child that ate, or did not, other than noon says.
CREATE TABLE meal_mark (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	date INTEGER, -- key 2 public : day number
	pupil INTEGER, -- key 3 public hint=list : the child
	ate INTEGER, -- col 4 county default=0 : 1 ate 0 did not
	by_staff INTEGER, -- col 5 county hint=tx_staff : who marked
	PRIMARY KEY (school, date, pupil)
);
