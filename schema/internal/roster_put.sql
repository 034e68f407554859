-- One row of a roster: child, place, guardian, priority groups, request.
-- What the roster leaves out stays as it is; nothing is removed.
-- include roster_state
INSERT INTO roster_undo (school, pupil, before)
VALUES (:school, :pupil, (SELECT s.state FROM roster_state s WHERE s.pupil = :pupil));
INSERT INTO pupil (school, pupil, name, sex, birth, student_no, address)
VALUES (:school, :pupil, :name, :sex, :birth, :student_no, :address)
ON CONFLICT DO UPDATE SET sex = coalesce(nullif(:sex, 0), sex),
	birth = coalesce(:birth, birth), student_no = coalesce(:student_no, student_no),
	address = coalesce(:address, address);
INSERT INTO enrolment (school, pupil, school_year, site, entry_year, class)
VALUES (:school, :pupil, :school_year, 0, :entry_year, :class)
ON CONFLICT DO UPDATE SET entry_year = :entry_year, class = :class
	WHERE entry_year <> :entry_year OR class <> :class;
UPDATE guardian SET phone = coalesce(:phone, phone),
	relation = coalesce(nullif(:relation, 0), relation)
WHERE school = :school AND pupil = :pupil AND name = :guardian
	AND (phone IS NOT coalesce(:phone, phone)
		OR relation IS NOT coalesce(nullif(:relation, 0), relation));
INSERT INTO guardian (school, pupil, guardian, name, phone, relation)
SELECT :school, :pupil, new_id(), :guardian, :phone, :relation
WHERE :guardian IS NOT NULL AND NOT EXISTS (SELECT 1 FROM guardian
	WHERE school = :school AND pupil = :pupil AND name = :guardian);
INSERT INTO priority (school, pupil, kind, source)
SELECT :school, :pupil, value, 1 FROM json_each(:priorities) WHERE true
ON CONFLICT DO NOTHING;
INSERT INTO request (school, pupil, school_year, slots, wanted, source, at)
SELECT :school, :pupil, :school_year, :slots, 1, 1, now_ms() WHERE :slots > 0
ON CONFLICT DO UPDATE SET slots = :slots, wanted = 1, source = 1, at = now_ms()
	WHERE wanted <> 1 OR slots <> :slots;
UPDATE request SET wanted = 0, at = now_ms()
WHERE school = :school AND pupil = :pupil AND school_year = :school_year AND wanted = 1
	AND :slots = 0;
