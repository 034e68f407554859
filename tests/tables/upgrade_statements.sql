-- Statements of the tests of the upgrade; those with new_ need the newer schema.

-- name: local
CREATE TABLE note (text TEXT);
CREATE INDEX child_by_sex ON child (school, sex);
CREATE VIEW girl AS SELECT school, child FROM child WHERE sex = 2;
-- name: broken
CREATE TABLE half (text TEXT);
CREATE INDEX child_by_nick ON child (nick);
CREATE INDEX nothing ON nowhere (text);
-- name: extras
SELECT count(*) FROM sqlite_schema
WHERE name IN ('note', 'child_by_sex', 'girl', 'child_delete')
-- name: leftovers
SELECT count(*) FROM sqlite_schema WHERE name IN ('half', 'child_by_nick', 'kehou_old')

-- name: add
INSERT INTO child (school, child, name, sex, phone) VALUES (school(), new_id(), 'n', :v, 'p')
-- name: rename
UPDATE child SET name = 'm' || :v, sex = :v, phone = 'q' || :v
WHERE (school, child) IN (SELECT school, child FROM child
	WHERE school = :school ORDER BY child LIMIT 1 OFFSET :nth)
-- name: sex
UPDATE child SET name = 'h' || :v, sex = :v
WHERE (school, child) IN (SELECT school, child FROM child
	WHERE school = :school ORDER BY child LIMIT 1 OFFSET :nth)
-- name: remove
DELETE FROM child WHERE (school, child) IN (SELECT school, child FROM child
	WHERE school = :school ORDER BY child LIMIT 1 OFFSET :nth)
-- name: plan
INSERT INTO plan (day, kind) VALUES (:v, 1) ON CONFLICT (day) DO UPDATE SET kind = kind + 1
-- name: count
SELECT count(*) FROM child WHERE school = :school

-- name: new_add
INSERT INTO child (school, child, name, sex, phone, class, nick, diet)
VALUES (school(), new_id(), 'n', :v, 'p', :v, 'k' || :v, 'd')
-- name: new_class
UPDATE child SET class = :v, nick = 'l' || :v
WHERE (school, child) IN (SELECT school, child FROM child
	WHERE school = :school ORDER BY child LIMIT 1 OFFSET :nth)
-- name: new_visit
INSERT INTO visit (school, visit, day) VALUES (school(), new_id(), :v)
-- name: new_plan
INSERT INTO plan (day, kind, term) VALUES (:v, 2, :v) ON CONFLICT (day) DO UPDATE SET term = term + 1
-- name: new_diets
SELECT count(diet) FROM child
-- name: new_defaults
SELECT count(*) FROM child WHERE class = 7 AND nick = 'none'
