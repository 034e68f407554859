-- Taking back a roster import.

-- 名单导入前后. The children that the last import at this machine added or changed.
CREATE TABLE roster_undo (
	school INTEGER NOT NULL,
	pupil INTEGER NOT NULL,
	before TEXT,           -- roster_state before; NULL: the import added the child
	after TEXT,            -- roster_state when the import was done
	PRIMARY KEY (school, pupil)
) WITHOUT ROWID;

-- Whom something else names: such a child cannot be taken back.
CREATE VIEW pupil_used AS
SELECT school, pupil FROM consent UNION ALL SELECT school, pupil FROM incident_person
UNION ALL SELECT school, pupil FROM late_pickup UNION ALL SELECT school, pupil FROM chase
UNION ALL SELECT school, pupil FROM boarding UNION ALL SELECT school, pupil FROM mixed_member
UNION ALL SELECT school, pupil FROM incident UNION ALL SELECT school, pupil FROM incident_note
UNION ALL SELECT school, pupil FROM leaving UNION ALL SELECT school, pupil FROM noon
UNION ALL SELECT school, pupil FROM meal_mark UNION ALL SELECT school, pupil FROM collector
UNION ALL SELECT school, pupil FROM way UNION ALL SELECT school, pupil FROM data_consent
UNION ALL SELECT school, pupil FROM subject_request UNION ALL SELECT school, pupil FROM transfer
UNION ALL SELECT school, pupil FROM place_refusal UNION ALL SELECT school, pupil FROM attendance
UNION ALL SELECT school, pupil FROM opinion UNION ALL SELECT school, pupil FROM opinion_answer
UNION ALL SELECT of_school, pupil FROM person_link
UNION ALL SELECT school, same_as FROM pupil WHERE same_as IS NOT NULL;

-- What an erased person was before goes with the rest, also where a list of erased persons
-- says it and no row does (a restore).
CREATE TRIGGER roster_undo_forget AFTER INSERT ON kehou_erased
BEGIN
	DELETE FROM roster_undo WHERE school = new.scope AND kehou_person(pupil) = new.person;
END;
