-- What happened (N4.3; R13).  Travels first; never edited, added to.

-- table 40 incident scope=school subject=pupil urgent
-- 突发事件. The five fields: kind, when, where, who, what.
CREATE TABLE incident (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	incident INTEGER, -- key 2 public hint=next_id : row id
	kind INTEGER, -- col 3 county : 1 injury 2 food 3 fire 4 infectious disease 5 missing child 6 abuse or bullying 9 other
	happened_at INTEGER, -- col 4 county hint=row_time : ms
	site INTEGER, -- col 5 county default=0 : site
	place TEXT, -- col 6 subject : where
	pupil INTEGER, -- col 7 county : the child, NULL none or several
	who TEXT, -- col 8 subject : the people, in words
	what TEXT, -- col 9 subject : what happened
	past_head INTEGER, -- col 10 county default=0 : 1 about staff, goes past the head
	at INTEGER, -- col 11 county hint=tx_time : ms
	by_staff INTEGER, -- col 12 county hint=tx_staff : who reported
	about_staff INTEGER, -- col 13 county : the person that it is about, NULL nobody or not known
	PRIMARY KEY (school, incident)
);

-- table 41 incident_note scope=school subject=pupil urgent
-- 续报. What was added afterwards.
CREATE TABLE incident_note (
	school INTEGER, -- key 1 public hint=scope : 学校标识码
	incident INTEGER, -- key 2 public : incident
	note INTEGER, -- key 3 public hint=next_id : row id
	pupil INTEGER, -- col 4 county hint=last_by:incident.incident : as the incident
	kind INTEGER, -- col 5 county : 1 guardian informed 2 call made 3 measure 4 finding 5 closed 6 reported to the authority
	text TEXT, -- col 6 subject : in words
	happened_at INTEGER, -- col 7 county hint=row_time : ms
	at INTEGER, -- col 8 county hint=tx_time : ms
	by_staff INTEGER, -- col 9 county hint=tx_staff : who added
	number TEXT, -- col 10 county : number that was dialled, with kind 2
	PRIMARY KEY (school, incident, note)
);
