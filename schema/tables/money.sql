-- Duty and money (N3.5, N4.1, N4.2; R4, R10, R11, R15).  Sums are computed, never
-- stored; a step keeps the sum that was signed, to be compared with.

-- table 63 duty_entry scope=school
-- 课时更正. What the records of the day do not show, or show wrongly; never changed.
CREATE TABLE duty_entry (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	entry INTEGER, -- key 2 public hint=next_id : row id
	date INTEGER, -- col 3 county : day number of the duty
	slot INTEGER, -- col 4 county : 1 noon 2 afternoon
	site INTEGER, -- col 5 county default=0 : site
	grp INTEGER, -- col 6 county default=0 : group
	person INTEGER, -- col 7 county : staff whose duty it is
	role INTEGER, -- col 8 county default=1 : as policy_rate.role
	begin_min INTEGER, -- col 9 county : minutes, NULL not said
	minutes INTEGER, -- col 10 county : added, or taken away when negative
	sessions INTEGER, -- col 11 county default=0 : the same for units of a session
	emergency INTEGER, -- col 12 county default=0 : 1 recorded emergency cover
	reason TEXT, -- col 13 county : why
	at INTEGER, -- col 14 county hint=tx_time : ms
	by_staff INTEGER, -- col 15 county hint=tx_staff : who entered it
	PRIMARY KEY (school, entry)
);

-- table 64 statement_step scope=school
-- 补助表. A step of a month's statement within the school.
CREATE TABLE statement_step (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	month INTEGER, -- key 2 public : year * 100 + month
	step INTEGER, -- key 3 public : 1 school 2 central school 3 parents' committee
	fen INTEGER, -- col 4 county : sum that was signed
	people INTEGER, -- col 5 county : lines that were signed
	signer TEXT, -- col 6 county : who signed on paper
	posted_on INTEGER, -- col 7 county : 公示, first day
	at INTEGER, -- col 8 county hint=tx_time : ms
	by_staff INTEGER, -- col 9 county hint=tx_staff : who entered it
	renewed_at INTEGER, -- col 10 county : ms, the sum was taken anew after it was sent back, NULL never
	PRIMARY KEY (school, month, step)
);

-- table 65 county_step scope=county
-- 审核拨付. The bureau's and the finance office's word on a school's month.
CREATE TABLE county_step (
	of_school INTEGER, -- key 1 public : 学校标识码
	month INTEGER, -- key 2 public : year * 100 + month
	step INTEGER, -- key 3 public : 4 bureau 5 finance
	fen INTEGER, -- col 4 public : sum that was approved
	state INTEGER, -- col 5 public default=1 : 1 approved 2 sent back
	voucher TEXT, -- col 6 public : 凭证号
	reason TEXT, -- col 7 public : why it was sent back
	at INTEGER, -- col 8 public hint=tx_time : ms
	by_staff INTEGER, -- col 9 public hint=tx_staff : who
	PRIMARY KEY (of_school, month, step)
);

-- table 66 county_ledger scope=county
-- 专项经费. Budget of a year, and what a school or accounting unit is allocated.
CREATE TABLE county_ledger (
	entry INTEGER, -- key 1 public hint=next_id : row id
	year INTEGER, -- col 2 public : calendar year
	kind INTEGER, -- col 3 public : 1 budget 2 allocation
	to_school INTEGER, -- col 4 public default=0 : 学校标识码 of the accounting unit, 0 the county
	fen INTEGER, -- col 5 public : 分; negative takes back
	voucher TEXT, -- col 6 public : 凭证号
	reason TEXT, -- col 7 public : in words
	held_on INTEGER, -- col 8 public : day number
	at INTEGER, -- col 9 public hint=tx_time : ms
	by_staff INTEGER, -- col 10 public hint=tx_staff : who
	payer INTEGER, -- col 11 public default=1 : whose money, of a budget: 1 county 2 a higher government; a family (9) is refused
	PRIMARY KEY (entry)
);

-- table 67 spending scope=school
-- 支出. What a school spent of its allocation.
CREATE TABLE spending (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	entry INTEGER, -- key 2 public hint=next_id : row id
	year INTEGER, -- col 3 county : calendar year
	purpose INTEGER, -- col 4 county : 1 subsidy 2 insurance and safety 3 materials 4 light and heating
	month INTEGER, -- col 5 county : of a subsidy: year * 100 + month
	fen INTEGER, -- col 6 county : 分; negative corrects
	voucher TEXT, -- col 7 county : 凭证号
	reason TEXT, -- col 8 county : in words
	held_on INTEGER, -- col 9 county : day number
	at INTEGER, -- col 10 county hint=tx_time : ms
	by_staff INTEGER, -- col 11 county hint=tx_staff : who
	PRIMARY KEY (school, entry)
);

-- table 68 gift scope=school
-- 社会支持. People, rooms, equipment given for nothing.
CREATE TABLE gift (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	gift INTEGER, -- key 2 public hint=next_id : row id
	kind INTEGER, -- col 3 county : 1 people 2 rooms 3 equipment
	giver TEXT, -- col 4 county : community, university, enterprise
	what TEXT, -- col 5 county : in words
	held_on INTEGER, -- col 6 county : day number
	by_staff INTEGER, -- col 7 county hint=tx_staff : who entered it
	PRIMARY KEY (school, gift)
);

-- table 69 dispute scope=school
-- 异议. The school's word against a figure of the evaluation.
CREATE TABLE dispute (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	term_on INTEGER, -- key 2 public : first day of the term
	indicator INTEGER, -- key 3 public : policy_entry.code of list 2
	words TEXT, -- col 4 county : why the figure is wrong
	at INTEGER, -- col 5 county hint=tx_time : ms
	by_staff INTEGER, -- col 6 county hint=tx_staff : who
	PRIMARY KEY (school, term_on, indicator)
);
