-- Erasing a person (PIPL 47; R18).

-- table 110 erasure scope=school erases=person
-- 删除个人信息. Names, free text and private columns of this person go, on every
-- replica, and nothing written of him later stays.  Cannot be undone.
CREATE TABLE erasure (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	person INTEGER, -- key 2 public : the child, or the person who served
	reason INTEGER, -- col 3 county default=1 : 1 a guardian asks 2 its purpose is over
	guardian INTEGER, -- col 4 county : who asks, NULL not listed
	at INTEGER, -- col 5 county hint=tx_time : ms
	by_staff INTEGER, -- col 6 county hint=tx_staff : who entered it
	PRIMARY KEY (school, person)
);
