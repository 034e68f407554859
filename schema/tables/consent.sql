-- The guardian's free choice (N2.2; R3).

-- table 20 consent_notice scope=county
-- 告知书. The county's text of which a guardian chooses.
CREATE TABLE consent_notice (
	version INTEGER, -- key 1 public : rising number
	from_on INTEGER, -- col 2 public : day number from which it may be used
	material INTEGER, -- col 3 public default=0 : 1 guardians choose again within 30 days
	title TEXT, -- col 4 public : title
	body TEXT, -- col 5 public : time, content, manner, safety, the county's number
	PRIMARY KEY (version)
);

-- table 21 consent scope=school subject=pupil
-- 自愿选择. One recorded choice of one guardian.
CREATE TABLE consent (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	pupil INTEGER, -- key 2 public hint=list : the child
	consent INTEGER, -- key 3 public hint=next_id : row id
	guardian INTEGER, -- col 4 county hint=last_by:guardian.pupil : who chose
	notice INTEGER, -- col 5 county : consent_notice.version
	choice INTEGER, -- col 6 county default=1 : 1 takes part 0 does not
	slots INTEGER, -- col 7 county default=2 : bits 1 noon 2 afternoon
	weekdays INTEGER, -- col 8 county default=31 : bits 1 Monday .. 64 Sunday
	how INTEGER, -- col 9 county default=1 : 1 signature 2 thumbprint 3 in person 4 telephone with witness
	witness TEXT, -- col 10 subject : who heard the call
	given_on INTEGER, -- col 11 county : day number
	at INTEGER, -- col 12 county hint=tx_time : ms, when it was entered
	by_staff INTEGER, -- col 13 county hint=tx_staff : who entered it
	withdrawn_on INTEGER, -- col 14 county : day number, NULL while it holds
	withdrawn_at INTEGER, -- col 15 county : ms
	withdrawn_by INTEGER, -- col 16 county : guardian, NULL not said; no reason is asked
	withdrawn_how INTEGER, -- col 17 county : as how
	PRIMARY KEY (school, pupil, consent)
);
