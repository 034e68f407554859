-- What people say, and what works (N4.4; R16).

-- table 86 opinion scope=school subject=pupil
-- 意见. An opinion, suggestion or complaint.
CREATE TABLE opinion (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	opinion INTEGER, -- key 2 public hint=next_id : row id
	kind INTEGER, -- col 3 county default=1 : 1 opinion 2 suggestion 3 complaint 4 praise
	from_whom INTEGER, -- col 4 county default=1 : 1 guardian 2 pupil 3 staff 4 neighbours 9 not said
	pupil INTEGER, -- col 5 county : the child that it is about, NULL none
	name TEXT, -- col 6 subject : who says it, NULL unnamed
	text TEXT, -- col 7 subject : in words
	received_on INTEGER, -- col 8 county : day number
	due_on INTEGER, -- col 9 county : day number by which it is to be answered
	at INTEGER, -- col 10 county hint=tx_time : ms
	by_staff INTEGER, -- col 11 county hint=tx_staff : who took it
	PRIMARY KEY (school, opinion)
);

-- table 87 opinion_answer scope=school subject=pupil
-- 答复.
CREATE TABLE opinion_answer (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	opinion INTEGER, -- key 2 public : opinion
	answer INTEGER, -- key 3 public hint=next_id : row id
	pupil INTEGER, -- col 4 county hint=last_by:opinion.opinion : as the opinion
	answered_on INTEGER, -- col 5 county : day number
	text TEXT, -- col 6 subject : in words
	by_staff INTEGER, -- col 7 county hint=tx_staff : who answered
	PRIMARY KEY (school, opinion, answer)
);

-- table 88 practice scope=school
-- 好做法. What works, written by a school; no child is named in it.
CREATE TABLE practice (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	practice INTEGER, -- key 2 public hint=next_id : row id
	title TEXT, -- col 3 public : title
	body TEXT, -- col 4 public : what, for whom, what it needs
	at INTEGER, -- col 5 public hint=tx_time : ms
	by_staff INTEGER, -- col 6 public hint=tx_staff : who wrote it
	withdrawn_on INTEGER, -- col 7 public : day number, NULL it stands
	PRIMARY KEY (school, practice)
);

-- table 89 practice_choice scope=county
-- 推广. The county chose it; the words travel to every school.
CREATE TABLE practice_choice (
	of_school INTEGER, -- key 1 public : 学校标识码 of the author
	practice INTEGER, -- key 2 public : practice
	title TEXT, -- col 3 public : as chosen
	body TEXT, -- col 4 public : as chosen
	chosen_on INTEGER, -- col 5 public : day number
	PRIMARY KEY (of_school, practice)
);
