-- How the import left its children: whoever is otherwise later was edited.
-- include roster_state
UPDATE roster_undo SET after = (SELECT s.state FROM roster_state s
	WHERE s.pupil = roster_undo.pupil)
WHERE school = :school;
