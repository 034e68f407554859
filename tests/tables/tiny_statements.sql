-- Statements of the tests of the store.

-- name: add
INSERT INTO mark (school, child, state, word) VALUES (:school, :child, :state, 'w')
-- name: add_two
INSERT INTO mark (school, child, state) VALUES (:school, :child + 1, 0), (:school, :child, 0)
-- name: replace
INSERT OR REPLACE INTO mark (school, child, state, word) VALUES (:school, :child, :state, 'w')
-- name: set
UPDATE mark SET state = :state WHERE school = :school AND child = :child
-- name: move
UPDATE mark SET child = child + 100 WHERE school = :school AND child = :child
-- name: remove
DELETE FROM mark WHERE school = :school AND child = :child
-- name: state
SELECT state FROM mark WHERE school = :school AND child = :child
-- name: alarm
INSERT INTO alarm (school, id, what) VALUES (:school, :child, 1)
-- name: plan
INSERT INTO plan (day, kind) VALUES (:child, 1)
-- name: savepoint
SAVEPOINT one
-- name: back
ROLLBACK TO one
-- name: rollback
ROLLBACK
-- name: new_id
SELECT new_id()
-- name: refuse
SELECT refuse('R1.why', 'a', 7)
-- name: item_add
INSERT OR IGNORE INTO item (school, item, title, amount, note, extra)
VALUES (:school, :child, 't' || :state, :state, 'n' || :state, x'0102')
-- name: item_title
UPDATE item SET title = 't' || :state WHERE school = :school AND item = :child
-- name: item_amount
UPDATE item SET amount = :state, kind = 'k' || :state WHERE school = :school AND item = :child
-- name: item_note
UPDATE item SET note = 'n' || :state WHERE school = :school AND item = :child
-- name: item_state
UPDATE item SET state = :state WHERE school = :school AND item = :child
-- name: item_remove
DELETE FROM item WHERE school = :school AND item = :child
-- name: link_add
INSERT OR IGNORE INTO link (school, item, other) VALUES (:school, :child, 1)
-- name: link_remove
DELETE FROM link WHERE school = :school AND item = :child
-- name: erase
INSERT OR IGNORE INTO gone (school, child) VALUES (:school, :child)
-- name: erase_undo
DELETE FROM gone WHERE school = :school AND child = :child
-- name: report_add
INSERT OR IGNORE INTO report (school, report, child, what) VALUES (:school, :state, :child, 'r' || :child)
-- name: report_what
UPDATE report SET what = 'said ' || :child WHERE school = :school AND report = :state
-- name: report_child
UPDATE report SET child = :child WHERE school = :school AND report = :state
-- name: words
SELECT (SELECT count(*) FROM mark WHERE school = :school AND child = :child AND word IS NOT NULL)
	+ (SELECT count(*) FROM item WHERE school = :school AND item = :child AND (title IS NOT NULL OR note IS NOT NULL))
	+ (SELECT count(*) FROM report WHERE school = :school AND child = :child AND what IS NOT NULL)
-- name: living
SELECT (SELECT count(*) FROM mark WHERE school = :school AND child = :child)
	+ (SELECT count(*) FROM item WHERE school = :school AND item = :child)
	+ (SELECT count(*) FROM link WHERE school = :school AND item = :child)
-- name: reports_below
SELECT count(*) FROM report WHERE school = :school AND report < :child
-- name: keep
UPDATE kehou_inbox SET chosen = 1
