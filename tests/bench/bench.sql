-- Statements of bench_store: the table attendance as the store makes it, and plain.

-- name: plain_create
CREATE TABLE attendance (
	school INTEGER NOT NULL,
	date INTEGER NOT NULL,
	slot INTEGER NOT NULL,
	site INTEGER NOT NULL,
	grp INTEGER NOT NULL,
	pupil INTEGER NOT NULL,
	state INTEGER DEFAULT 1,
	at INTEGER,
	by_staff INTEGER,
	reason TEXT,
	PRIMARY KEY (school, date, slot, site, grp, pupil)
) WITHOUT ROWID
-- name: insert
INSERT INTO attendance (school, date, slot, site, grp, pupil, state, at, by_staff)
VALUES (:school, :date, :slot, :site, :grp, :pupil, :state, :at, :by_staff)
-- name: begin
BEGIN IMMEDIATE
-- name: commit
COMMIT
-- name: pages
PRAGMA page_count
