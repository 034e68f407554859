-- The store's own statements.  Local tables begin with kehou_ and never travel.

-- name: open
PRAGMA locking_mode = EXCLUSIVE;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA foreign_keys = OFF;
PRAGMA secure_delete = ON;
PRAGMA trusted_schema = OFF;
PRAGMA cache_size = -4096;
PRAGMA temp_store = MEMORY;
PRAGMA wal_autocheckpoint = 1000;
BEGIN EXCLUSIVE;
COMMIT;

-- name: create
CREATE TABLE kehou_meta (
	space TEXT NOT NULL,
	name  TEXT NOT NULL,
	data  BLOB NOT NULL,
	PRIMARY KEY (space, name)
) WITHOUT ROWID;
CREATE TABLE kehou_stream (
	writer INTEGER PRIMARY KEY,
	id     BLOB NOT NULL UNIQUE,
	merged INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE kehou_segment (
	writer INTEGER NOT NULL,
	first  INTEGER NOT NULL,
	count  INTEGER NOT NULL,
	hash   BLOB NOT NULL,
	min_s  INTEGER NOT NULL,
	max_s  INTEGER NOT NULL,
	packed BLOB NOT NULL,
	PRIMARY KEY (writer, first)
) WITHOUT ROWID;
CREATE TABLE kehou_knows (
	writer  INTEGER NOT NULL,
	of      INTEGER NOT NULL,
	seq     INTEGER NOT NULL,
	through INTEGER NOT NULL,
	PRIMARY KEY (writer, of, seq)
) WITHOUT ROWID;
CREATE TABLE kehou_log (
	writer INTEGER NOT NULL,
	seq    INTEGER NOT NULL,
	time_s INTEGER NOT NULL,
	staff  INTEGER NOT NULL,
	rows   BLOB NOT NULL,
	PRIMARY KEY (writer, seq)
) WITHOUT ROWID;
CREATE TABLE kehou_tomb (
	tbl     INTEGER NOT NULL,
	key     BLOB NOT NULL,
	scope   INTEGER NOT NULL,
	length  INTEGER NOT NULL,
	version INTEGER NOT NULL,
	PRIMARY KEY (tbl, key)
) WITHOUT ROWID;
CREATE TABLE kehou_inbox (
	id            INTEGER PRIMARY KEY,
	tbl           INTEGER NOT NULL,
	col           INTEGER NOT NULL,
	scope         INTEGER NOT NULL,
	key           BLOB NOT NULL,
	winner, -- any type, NULL too
	loser,
	winner_writer INTEGER NOT NULL,
	winner_stamp  INTEGER NOT NULL,
	winner_seq    INTEGER NOT NULL,
	loser_writer  INTEGER NOT NULL,
	loser_stamp   INTEGER NOT NULL,
	loser_seq     INTEGER NOT NULL,
	chosen        INTEGER NOT NULL DEFAULT 0, -- what stands is to be written again
	UNIQUE (tbl, col, key, loser_writer, loser_stamp)
);
CREATE TABLE kehou_held (
	id     INTEGER PRIMARY KEY AUTOINCREMENT,
	reason INTEGER NOT NULL,
	stream BLOB NOT NULL,
	first  INTEGER NOT NULL,
	count  INTEGER NOT NULL,
	packed BLOB,
	digest BLOB NOT NULL, -- of packed: branches may wait at one place
	UNIQUE (stream, first, reason, digest)
);
CREATE TABLE kehou_counter (
	epoch INTEGER PRIMARY KEY,
	next  INTEGER NOT NULL
);

-- name: create_later
CREATE TABLE IF NOT EXISTS kehou_erased (
	scope  INTEGER NOT NULL,
	person BLOB NOT NULL,
	done   INTEGER NOT NULL,
	PRIMARY KEY (scope, person)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS kehou_change (
	scope INTEGER PRIMARY KEY,
	n     INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS kehou_erased_row (
	tbl INTEGER NOT NULL,
	key BLOB NOT NULL,
	PRIMARY KEY (tbl, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS kehou_base ( -- where a stream's segments begin
	writer  INTEGER PRIMARY KEY,
	through INTEGER NOT NULL,
	hash    BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS kehou_checkpoint (
	scope  INTEGER NOT NULL,
	held   INTEGER NOT NULL, -- 1: not applied
	number INTEGER NOT NULL,
	made_s INTEGER NOT NULL,
	done_s INTEGER NOT NULL, -- when it was applied or kept here
	head   BLOB NOT NULL,
	rest   BLOB NOT NULL,
	PRIMARY KEY (scope, held)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS kehou_ended ( -- what ended here, for people
	scope  INTEGER NOT NULL,
	number INTEGER NOT NULL,
	tbl    INTEGER NOT NULL, -- 0: what came afterwards, of all tables
	rows   INTEGER NOT NULL,
	below  INTEGER,          -- rows with a key below it; NULL by a list alone
	at_s   INTEGER NOT NULL,
	PRIMARY KEY (scope, number, tbl)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS kehou_branch (
	writer INTEGER PRIMARY KEY,
	parent INTEGER NOT NULL, -- stream that it branched off
	base   INTEGER NOT NULL  -- after this sequence of it
);
CREATE TABLE IF NOT EXISTS kehou_answer (
	id      INTEGER PRIMARY KEY, -- in order of coming
	kind    TEXT NOT NULL,
	request TEXT NOT NULL,
	said_s  INTEGER NOT NULL,
	data    BLOB NOT NULL,
	UNIQUE (kind, request)
);

-- name: begin
BEGIN IMMEDIATE
-- name: commit
COMMIT
-- name: rollback
ROLLBACK

-- name: snapshot
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -1024;

-- name: integrity
PRAGMA integrity_check(1)

-- name: has_tables
SELECT count(*) FROM sqlite_schema WHERE name = 'kehou_meta'

-- name: table_columns
SELECT name FROM pragma_table_info(?1) ORDER BY cid
-- name: table_extras
SELECT sql FROM sqlite_schema WHERE tbl_name = ?1 AND type IN ('index', 'trigger')
AND sql IS NOT NULL AND name <> ?1 || '_delete'

-- name: meta_get
SELECT data FROM kehou_meta WHERE space = ?1 AND name = ?2
-- name: meta_set
INSERT INTO kehou_meta (space, name, data) VALUES (?1, ?2, ?3)
ON CONFLICT (space, name) DO UPDATE SET data = excluded.data
-- name: meta_remove
DELETE FROM kehou_meta WHERE space = ?1 AND name = ?2
-- name: meta_clear
DELETE FROM kehou_meta WHERE space = ?1
-- name: meta_list
SELECT name, data FROM kehou_meta WHERE space = ?1 ORDER BY name

-- name: meta_range
SELECT name, data FROM kehou_meta
WHERE space = ?1 AND name >= ?2 AND name < ?3 ORDER BY name
-- name: meta_count
SELECT count(*) FROM kehou_meta WHERE space = ?1

-- name: streams
SELECT s.writer, s.id, s.merged,
	coalesce((SELECT g.first + g.count - 1 FROM kehou_segment g WHERE g.writer = s.writer
		ORDER BY g.first DESC LIMIT 1),
		(SELECT b.through FROM kehou_base b WHERE b.writer = s.writer), 0),
	coalesce((SELECT g.hash FROM kehou_segment g WHERE g.writer = s.writer
		ORDER BY g.first DESC LIMIT 1),
		(SELECT b.hash FROM kehou_base b WHERE b.writer = s.writer)),
	coalesce((SELECT max(l.seq) FROM kehou_log l WHERE l.writer = s.writer), 0),
	coalesce(k.parent, 0), coalesce(k.base, 0)
FROM kehou_stream s LEFT JOIN kehou_branch k ON k.writer = s.writer ORDER BY s.writer
-- name: stream_add
INSERT INTO kehou_stream (writer, id) VALUES (?1, ?2)
-- name: stream_merged
UPDATE kehou_stream SET merged = ?2 WHERE writer = ?1

-- name: branch_add
INSERT OR REPLACE INTO kehou_branch (writer, parent, base) VALUES (?1, ?2, ?3)
-- name: split_segments
UPDATE kehou_segment SET writer = ?2 WHERE writer = ?1 AND first > ?3
-- name: split_knows
UPDATE kehou_knows SET writer = ?2 WHERE writer = ?1 AND seq > ?3
-- name: split_winners
UPDATE kehou_inbox SET winner_writer = ?2 WHERE winner_writer = ?1 AND winner_seq > ?3
-- name: split_losers
UPDATE OR IGNORE kehou_inbox SET loser_writer = ?2 WHERE loser_writer = ?1 AND loser_seq > ?3
-- name: split_branches
UPDATE kehou_branch SET parent = ?2 WHERE parent = ?1 AND base > ?3
-- name: split_held
UPDATE OR IGNORE kehou_held SET stream = ?2
WHERE stream = ?1 AND first > ?3 AND packed IS NULL

-- name: segment_add
INSERT INTO kehou_segment (writer, first, count, hash, min_s, max_s, packed)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
-- name: segment_list
SELECT first, count, hash, min_s, max_s, packed FROM kehou_segment
WHERE writer = ?1 AND first > ?2 - 65536 AND first + count - 1 > ?2
ORDER BY first
-- name: knows_add
INSERT OR REPLACE INTO kehou_knows (writer, of, seq, through) VALUES (?1, ?2, ?3, ?4)
-- name: knows_get
SELECT coalesce(max(through), 0) FROM kehou_knows
WHERE writer = ?1 AND of = ?2 AND seq <= ?3

-- name: log_add
INSERT INTO kehou_log (writer, seq, time_s, staff, rows) VALUES (?1, ?2, ?3, ?4, ?5)
-- name: log_list
SELECT seq, time_s, staff, rows FROM kehou_log WHERE writer = ?1 ORDER BY seq
-- name: log_move
UPDATE kehou_log SET writer = ?2, seq = seq - ?3 + ?4 WHERE writer = ?1
-- name: log_remove
DELETE FROM kehou_log WHERE writer = ?1 AND seq <= ?2

-- name: tomb_get
SELECT length, version FROM kehou_tomb WHERE tbl = ?1 AND key = ?2
-- name: tomb_set
INSERT INTO kehou_tomb (tbl, key, scope, length, version) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (tbl, key) DO UPDATE SET length = excluded.length, version = excluded.version
-- name: tomb_remove
DELETE FROM kehou_tomb WHERE tbl = ?1 AND key = ?2
-- name: tomb_tables
SELECT DISTINCT tbl FROM kehou_tomb
-- name: tomb_scan
SELECT key, length, version FROM kehou_tomb WHERE tbl = ?1 AND scope = ?2 ORDER BY key

-- name: inbox_add
INSERT OR IGNORE INTO kehou_inbox (tbl, col, scope, key, winner, loser, winner_writer,
	winner_stamp, winner_seq, loser_writer, loser_stamp, loser_seq)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
-- name: inbox_list
SELECT id, tbl, col, scope, key, winner, loser, winner_writer, winner_stamp, winner_seq,
	loser_writer, loser_stamp, loser_seq FROM kehou_inbox ORDER BY id
-- name: inbox_of
SELECT id, winner_writer, winner_seq, loser_writer, loser_seq FROM kehou_inbox
WHERE tbl = ?1 AND col = ?2 AND key = ?3
-- name: inbox_remove
DELETE FROM kehou_inbox WHERE id = ?1
-- name: inbox_clear
DELETE FROM kehou_inbox WHERE tbl = ?1 AND col = ?2 AND key = ?3
-- name: inbox_chosen
SELECT tbl, col, key FROM kehou_inbox WHERE chosen <> 0 ORDER BY id LIMIT 1
-- name: inbox_count
SELECT count(*) FROM kehou_inbox

-- name: held_add
INSERT OR IGNORE INTO kehou_held (reason, stream, first, count, packed, digest)
VALUES (?1, ?2, ?3, ?4, ?5, ?6)
-- name: held_list
SELECT id, reason, stream, first, count, packed FROM kehou_held
WHERE ?1 = 0 OR reason = ?1 ORDER BY id
-- name: held_at
SELECT id, reason, stream, first, count, packed FROM kehou_held
WHERE stream = ?1 AND (first <= ?2 OR ?2 = 0) AND reason = ?3 ORDER BY id
-- name: held_size
SELECT count(*), coalesce(sum(length(packed)), 0) FROM kehou_held
WHERE reason = ?1 AND packed IS NOT NULL
-- name: held_remove
DELETE FROM kehou_held WHERE id = ?1
-- name: held_count
SELECT count(*) FROM kehou_held

-- name: erased_add
INSERT OR IGNORE INTO kehou_erased (scope, person, done) VALUES (?1, ?2, 0)
-- name: erased_get
SELECT count(*) FROM kehou_erased WHERE scope = ?1 AND person = ?2
-- name: erased_count
SELECT count(*), coalesce(sum(done = 0), 0) FROM kehou_erased
-- name: erased_list
SELECT scope, person FROM kehou_erased ORDER BY scope, person
-- name: erased_open
SELECT count(*) FROM kehou_erased WHERE scope = ?1 AND done = 0
-- name: erased_again
UPDATE kehou_erased SET done = 0
-- name: erased_done
UPDATE kehou_erased SET done = 1 WHERE done = 0
-- name: erased_row_add
INSERT OR IGNORE INTO kehou_erased_row (tbl, key) VALUES (?1, ?2)
-- name: erased_row_get
SELECT count(*) FROM kehou_erased_row WHERE tbl = ?1 AND key = ?2
-- name: summaries_forget
UPDATE kehou_meta SET data = x'' WHERE space = 'summary'
-- name: answers_forget
UPDATE kehou_answer SET data = x'' WHERE kind = 'command'
-- name: answer_get
SELECT data FROM kehou_answer WHERE kind = ?1 AND request = ?2
-- name: answer_put
INSERT INTO kehou_answer (kind, request, said_s, data) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (kind, request) DO UPDATE SET said_s = excluded.said_s, data = excluded.data
-- name: answers_prune
DELETE FROM kehou_answer WHERE id IN (SELECT id FROM kehou_answer ORDER BY id LIMIT 2)
AND (id <= (SELECT max(id) FROM kehou_answer) - ?1
	OR (said_s < ?2 AND id <= (SELECT max(id) FROM kehou_answer) - ?3))
-- name: segment_replace
UPDATE kehou_segment SET packed = ?3 WHERE writer = ?1 AND first = ?2
-- name: held_replace
UPDATE kehou_held SET packed = ?2 WHERE id = ?1
-- name: truncate
PRAGMA wal_checkpoint(TRUNCATE)

-- name: change_get
SELECT n FROM kehou_change WHERE scope = ?1
-- name: change_all
SELECT coalesce(sum(n), 0) FROM kehou_change
-- name: change_add
INSERT INTO kehou_change (scope, n) VALUES (?1, 1) ON CONFLICT (scope) DO UPDATE SET n = n + 1
-- name: base_get
SELECT through, hash FROM kehou_base WHERE writer = ?1
-- name: cut_segments
DELETE FROM kehou_segment WHERE writer = ?1 AND first > ?2
-- name: cut_knows
DELETE FROM kehou_knows WHERE writer = ?1 AND seq > ?2
-- name: cut_held
DELETE FROM kehou_held WHERE stream = ?1 AND first > ?2
-- name: base_set
INSERT INTO kehou_base (writer, through, hash) VALUES (?1, ?2, ?3)
ON CONFLICT (writer) DO UPDATE SET through = excluded.through, hash = excluded.hash
-- name: base_cut
DELETE FROM kehou_segment WHERE writer = ?1 AND first + count - 1 <= ?2
-- name: base_held
DELETE FROM kehou_held WHERE stream = ?1 AND first + count - 1 <= ?2
-- name: checkpoint_put
INSERT OR REPLACE INTO kehou_checkpoint (scope, held, number, made_s, done_s, head, rest)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
-- name: checkpoint_get
SELECT head, rest, done_s FROM kehou_checkpoint WHERE scope = ?1 AND held = ?2
-- name: checkpoint_head
SELECT head FROM kehou_checkpoint WHERE scope = ?1 AND held = ?2
-- name: checkpoint_heads
SELECT head FROM kehou_checkpoint WHERE held = 0 ORDER BY scope
-- name: checkpoint_drop
DELETE FROM kehou_checkpoint WHERE scope = ?1 AND held = ?2
-- name: checkpoint_rest
UPDATE kehou_checkpoint SET rest = ?3 WHERE scope = ?1 AND held = ?2
-- name: checkpoint_held
SELECT count(*) FROM kehou_checkpoint WHERE held = 1
-- name: ended_add
INSERT INTO kehou_ended (scope, number, tbl, rows, at_s, below) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (scope, number, tbl) DO UPDATE SET rows = rows + excluded.rows
-- name: ended_rows
SELECT coalesce(sum(rows), 0) FROM kehou_ended WHERE scope = ?1 AND number = ?2 AND tbl > 0
-- name: ended_tomb
DELETE FROM kehou_tomb WHERE tbl = ?1 AND key = ?2
-- name: ended_mine
DELETE FROM kehou_erased_row WHERE tbl = ?1 AND key = ?2
-- name: vacuum
PRAGMA temp_store = FILE;
VACUUM;
-- name: vacuumed
PRAGMA temp_store = MEMORY

-- name: counter_get
SELECT next FROM kehou_counter WHERE epoch = ?1
-- name: counter_set
INSERT INTO kehou_counter (epoch, next) VALUES (?1, ?2)
ON CONFLICT (epoch) DO UPDATE SET next = excluded.next

-- name: keywrap_list
SELECT generation, recipient, wrapped FROM keywrap WHERE school = :school
ORDER BY generation, recipient
-- name: keywrap_add
INSERT INTO keywrap (school, generation, recipient, wrapped)
VALUES (:school, :generation, :recipient, :wrapped)

-- name: rows
CREATE TABLE kehou_rows (c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16, c17, c18, c19, c20, c21, c22, c23, c24, c25, c26, c27, c28, c29, c30, c31, c32, c33, c34, c35, c36, c37, c38, c39, c40, c41, c42, c43, c44, c45, c46, c47, v)
