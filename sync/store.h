/* The store: rows, log, segments and bookkeeping in one database.
 *
 * The only module that speaks to SQLite.  A large hub will have another one
 * behind this header (hub: PostgreSQL), so nothing of SQLite shows here.  One
 * process owns a store; one thread uses it.  WAL, synchronous=FULL. */
#ifndef SYNC_STORE_H
#define SYNC_STORE_H

#include "sync/checkpoint.h"
#include "sync/row.h"
#include "sync/segment.h"

struct store;      /* an open database */
struct store_stmt; /* a prepared statement of the domain */

/* Opens (creates when create is true).  LOCKED when another process has it,
 * NEWER when made by a newer schema, NOT_INITIALISED when it is not there.
 * path ":memory:" for tests.  Applies pending migrations in one transaction:
 * new tables and columns of the registry first, then the texts.  A failure
 * leaves the database as it was. */
/* A deterministic SQL function of one text, which the engine need not understand;
 * of NULL it is NULL.  False: NULL. */
#define STORE_FUNCTION_BYTES 64 /* of its answer, with the end */
struct store_function {
	const char *name;
	bool (*text)(const char *in, char ret_text[STORE_FUNCTION_BYTES]);
};

struct store_options {
	const struct registry *registry;
	const char *const *migrations; /* SQL texts, NULL-terminated, append-only;
	                                * number of applied ones is kept */
	const struct store_function *functions; /* static, ended by a NULL name; or NULL */
	const char *vfs;               /* SQLite VFS name or NULL */
	bool create;
};
int store_open(const char *path, const struct store_options *options,
    struct store **ret) MUST_CHECK;
void store_close(struct store *s);
/* What migrations added and nobody has read again out of the segments yet: per
 * registry index a mask of column indexes, all bits for a new table.  Rows that
 * were there have version 0 in such a column until merge_upgrade gives them
 * their true one.  False: nothing. */
int store_upgraded(struct store *s, uint64_t *ret_masks, bool *ret_any) MUST_CHECK;
int store_upgrade_done(struct store *s) MUST_CHECK;
/* Words of the last failure for a log; valid until the next call. */
const char *store_error(const struct store *s);
/* Code and text that refuse(code, …) raised, when a call gave REFUSED. */
const char *store_refusal(const struct store *s);

/* ---- streams ---- */
/* Local number of a stream, made when new; stable in this database. */
int store_stream(struct store *s, const struct stream_id *id, uint32_t *ret_writer)
    MUST_CHECK;
const struct stream_id *store_stream_id(const struct store *s, uint32_t writer);
uint32_t store_stream_count(const struct store *s); /* numbers are 1 .. count */

struct store_head {       /* how far a stream is here */
	uint64_t stored;      /* contiguous through sequence, in segments */
	uint64_t merged;      /* applied through */
	uint64_t logged;      /* own stream: through sequence, log included */
	uint64_t base;        /* of a branch: the sequence before its first */
	uint8_t hash[HASH_BYTES]; /* of the segment that ends at stored; zero at 0 */
};
int store_head(struct store *s, uint32_t writer, struct store_head *ret) MUST_CHECK;
/* A stream that two copies of a node continued ends where they parted.  Cuts it
 * there: its segments after the one that ends at after (0: all) become the stream
 * to, which has none, with all that was noted of them.  What rows say of their
 * writers is the caller's.  USAGE where no segment ends there, or a log is open. */
int store_split(struct store *s, uint32_t writer, uint64_t after, uint32_t to)
    MUST_CHECK;
/* Makes a stream without segments a branch that goes on where parent ends. */
int store_branch(struct store *s, uint32_t writer, uint32_t parent) MUST_CHECK;
/* Takes away what a stream of somebody else has after a sequence at which a segment
 * ends (0: all), and what is held of it.  What it wrote into rows is the caller's. */
int store_cut(struct store *s, uint32_t writer, uint64_t after) MUST_CHECK;
/* The stream that this one branched off; 0: none. */
uint32_t store_parent(const struct store *s, uint32_t writer);
/* The next stream in an order in which each comes before its branches: first with
 * 0; 0 at the end. */
uint32_t store_stream_next(const struct store *s, uint32_t writer);
/* stored of every stream of a scope (and its merged when merged is true). */
int store_vector(struct store *s, uint64_t scope, bool merged, struct vector *ret)
    MUST_CHECK;

/* ---- local transactions ---- */
struct store_author {
	struct node_id node;
	uint64_t epoch;
	uint64_t ids;     /* EPOCH_BITS before the counter in new row ids; 0: epoch */
	uint64_t scope;
	uint8_t lane;
	int64_t staff;
	int64_t time_s;   /* now; a clock before 2020-07-31, the notice's date, is
	                   * taken to stand there */
	/* Columns that this node may write, per registry table index (key bits
	 * mean: may insert); NULL: all. */
	const uint64_t *rights;
};
int store_begin(struct store *s, const struct store_author *author) MUST_CHECK;
/* Rereads the rows that the hooks noted, sets their versions, logs the net
 * change as one transaction, commits durably.  ret_seq 0: nothing changed.
 * RIGHTS, FOREIGN_WRITER, a rule, or USAGE where an UPDATE changed a key:
 * everything is rolled back. */
int store_commit(struct store *s, uint64_t *ret_seq) MUST_CHECK;
/* The last transaction had words or private facts about somebody who is erased: they
 * did not stay.  One that had nothing else is REFUSED, R18.erased. */
bool store_emptied(const struct store *s);
void store_rollback(struct store *s);
/* A transaction for bookkeeping and merging; capture sees nothing of it. */
int store_begin_merge(struct store *s) MUST_CHECK;
int store_commit_merge(struct store *s) MUST_CHECK; /* durable when it returns */

/* ---- statements of commands and views (static SQL from .sql files) ---- */
/* SQL functions there: new_id(), now_ms() (the transaction's time, whole
 * seconds), staff(), school(), refuse(code, argument …), pin_hash(pin),
 * pin_ok(hash, pin).  Prepares the first statement of sql; ret_tail as in
 * sqlite3_prepare.  Cached by text. */
int store_prepare(struct store *s, const char *sql, struct store_stmt **ret,
    const char **ret_tail) MUST_CHECK;
/* The next pin_hash(pin) of this very pin gives hash, which was made elsewhere (schema/pin.h):
 * it takes 30 ms that a thread with a database does not have.  NULL, NULL: none. */
#define STORE_PIN_BYTES 129
void store_know_pin(struct store *s, const char *pin, const char *hash);
/* Names without colon; a name that the statement does not have is ignored. */
int store_bind(struct store_stmt *st, const char *name, struct value v) MUST_CHECK;
/* The place of a name in a statement, 0 when it is not there; and a bind by place,
 * for who runs one statement over many rows.  Text and bytes are borrowed until the
 * step. */
int store_parameter(const struct store_stmt *st, const char *name);
void store_bind_at(struct store_stmt *st, int at, struct value v);
/* ret_row: true with a row, false at the end. */
int store_step(struct store_stmt *st, bool *ret_row) MUST_CHECK;
int store_columns(const struct store_stmt *st);
const char *store_column_name(const struct store_stmt *st, int column);
struct value store_column(const struct store_stmt *st, int column); /* until the
                                                             * next step */
bool store_readonly(const struct store_stmt *st);
void store_reset(struct store_stmt *st);   /* back into the cache, binds cleared */

/* ---- log and segments ---- */
/* Transactions of an own stream that are not sealed yet, oldest first, at most
 * max_rows rows or max_bytes (at least one transaction), into batch. */
int store_log_read(struct store *s, uint32_t writer, uint64_t *ret_first,
    struct batch *ret) MUST_CHECK;
/* Moves what is logged and not sealed to another own stream, numbered after what
 * that has: after a restore the old stream's next numbers may be taken. */
int store_log_move(struct store *s, uint32_t from, uint32_t to) MUST_CHECK;
struct store_segment {
	uint32_t writer;
	uint64_t first;
	uint32_t count;
	uint8_t hash[HASH_BYTES];
	int64_t min_time_s, max_time_s; /* of its transactions; 0 when unknown */
	const uint8_t *packed; size_t packed_len;
	const struct vector *knows; /* header's difference */
};
/* Seals: adds the own segment and removes its transactions from the log. */
int store_seal(struct store *s, const struct store_segment *seg) MUST_CHECK;
/* Adds a verified foreign segment at the head of its stream. */
int store_segment_add(struct store *s, const struct store_segment *seg) MUST_CHECK;
/* Merged through moves on. */
int store_set_merged(struct store *s, uint32_t writer, uint64_t through) MUST_CHECK;
/* Visits stored segments of a stream with last sequence > after, in order;
 * a nonzero return of visit ends it and is returned. */
typedef int store_segment_visit(void *ctx, const struct store_segment *seg);
int store_segments(struct store *s, uint32_t writer, uint64_t after,
    store_segment_visit *visit, void *ctx) MUST_CHECK;
/* Highest sequence of stream of that writer had known at seq; a branch knows what
 * it branched off, and what that knew. */
int store_knows(struct store *s, uint32_t writer, uint64_t seq, uint32_t of,
    uint64_t *ret_through) MUST_CHECK;

/* ---- merge ---- */
/* Applies a table's rows in bulk: new rows, and newer WHOLE rows over rows of
 * the same writer without exceptions.  All others get rows[i].slow = 1 and are
 * left for store_get/store_put.  Rows with slow already 2 or 3 are skipped. */
int store_apply(struct store *s, struct batch_table *t, uint32_t writer) MUST_CHECK;
/* State of one row, tombstones included; values until the next call. */
int store_get(struct store *s, const struct registry_table *t,
    const struct value *keys, struct row *ret) MUST_CHECK;
int store_put(struct store *s, const struct registry_table *t, struct row *row)
    MUST_CHECK;
/* Removes a row and its tombstone: no write of it counts. */
int store_forget(struct store *s, const struct registry_table *t,
    const struct value *keys) MUST_CHECK;
row_writer_compare store_writer_compare; /* ctx: the store */

/* ---- erasure ---- */
/* A person, by the value that subject columns name him with, is erased in a scope
 * from now on, for ever; the second time nothing happens.  What is there of him
 * stays until the steps below were done: until then store_erasing is true, across
 * restarts. */
int store_erase_add(struct store *s, uint64_t scope, struct value person) MUST_CHECK;
/* Everything is to be looked through again. */
int store_erase_again(struct store *s) MUST_CHECK;
bool store_erasing(const struct store *s);
uint64_t store_erased_count(const struct store *s); /* persons, ever */
/* Visits them; person as value_put wrote it.  A nonzero return of visit ends it. */
typedef int store_erased_visit(void *ctx, uint64_t scope, const uint8_t *person,
    size_t len);
int store_erased_list(struct store *s, store_erased_visit *visit, void *ctx) MUST_CHECK;
bool store_has_erased(const struct store *s); /* somebody, ever */
int store_erasing_scope(struct store *s, uint64_t scope, bool *ret) MUST_CHECK;
/* Whether a row (its keys, and of the cells its subject, or NULL) is an erased
 * person's.  Where the subject is no key, a row that once named him stays his. */
int store_is_erased(struct store *s, const struct registry_table *t,
    const struct value *row, bool *ret) MUST_CHECK;
/* Whether the leaf of which this row is the first goes: with the person that it names,
 * or with its row where it names none. */
int store_is_leaf_erased(struct store *s, const struct registry_table *t,
    const struct value *row, bool *ret) MUST_CHECK;
/* Columns of which an erased person's rows keep nothing; 0: the table is nobody's. */
uint64_t store_blank_mask(const struct registry_table *t);
/* Takes them out of a row: default and version 0, as nobody ever wrote there; so
 * the row is the same whatever came before the erasure or after it. */
bool store_blank(const struct registry_table *t, struct row *row);
/* Does so in the tables of a scope. */
int store_erase_rows(struct store *s, uint64_t scope) MUST_CHECK;
/* Open inbox entries, request answers; then store_erasing is false. */
int store_erase_finish(struct store *s) MUST_CHECK;
int store_segment_replace(struct store *s, uint32_t writer, uint64_t first,
    const uint8_t *packed, size_t len) MUST_CHECK;
int store_held_replace(struct store *s, int64_t id, const uint8_t *packed, size_t len)
    MUST_CHECK;
/* Moves the write-ahead log into the database and empties its file, durably. */
int store_truncate_log(struct store *s) MUST_CHECK;

/* ---- retention (checkpoint.h) ---- */
/* A stream's segments begin after through, whose segment had this hash; those that
 * are here up to it go, and what is held of it.  A stream that was behind goes on
 * from there.  NOT through below an earlier one: USAGE. */
int store_base_set(struct store *s, uint32_t writer, uint64_t through,
    const uint8_t hash[HASH_BYTES]) MUST_CHECK;
/* through 0: from the beginning. */
int store_base(struct store *s, uint32_t writer, uint64_t *ret_through,
    uint8_t ret_hash[HASH_BYTES]) MUST_CHECK;
/* The applied checkpoint of a scope, without its pieces, or NULL; until it changes. */
const struct checkpoint *store_checkpoint(const struct store *s, uint64_t scope);
/* A scope's checkpoint in place of the one before.  One that is applied takes the
 * held one's place too. */
int store_checkpoint_put(struct store *s, const struct checkpoint *c, bool held,
    const uint8_t *head, size_t head_len, const uint8_t *rest, size_t rest_len,
    int64_t now_s) MUST_CHECK;
/* NOT_FOUND.  Either buffer may be NULL. */
int store_checkpoint_get(struct store *s, uint64_t scope, bool held,
    struct buffer *ret_head, struct buffer *ret_rest, int64_t *ret_done_s) MUST_CHECK;
int store_checkpoint_drop_held(struct store *s, uint64_t scope) MUST_CHECK;
int store_checkpoint_rest(struct store *s, uint64_t scope, bool held,
    const uint8_t *rest, size_t len) MUST_CHECK;
int store_checkpoints_held(struct store *s, uint64_t *ret) MUST_CHECK;
/* Takes a scope's rows that end out of the tables, with tombstones and open inbox
 * entries, and empties request answers; notes how many for people. */
int store_end_rows(struct store *s, const struct checkpoint *c, int64_t now_s)
    MUST_CHECK;
/* Rows that came after they had ended. */
int store_ended_late(struct store *s, const struct checkpoint *c, uint64_t rows,
    int64_t now_s) MUST_CHECK;
/* How many rows it took out of the tables here. */
int store_ended_rows(struct store *s, const struct checkpoint *c, uint64_t *ret)
    MUST_CHECK;
/* Digest of a scope without what ends (NULL: nothing does); private: with the
 * private columns, which only the school's devices have alike. */
int store_digest_left(struct store *s, uint64_t scope, const struct checkpoint *c,
    bool private, uint8_t ret[HASH_BYTES]) MUST_CHECK;
/* Gives freed pages back to the file system; outside a transaction. */
int store_vacuum(struct store *s) MUST_CHECK;

/* ---- inbox: concurrent values that lost; local, outside the digest ---- */
struct store_conflict {
	int64_t id;
	uint16_t table, column;
	uint64_t scope;
	struct buffer key;             /* key values, value_put */
	struct value winner, loser;
	uint32_t winner_writer, loser_writer;
	uint64_t winner_stamp, loser_stamp;
	uint64_t winner_seq, loser_seq;
};
/* EXISTS when the entry is there already. */
int store_inbox_add(struct store *s, const struct store_conflict *c) MUST_CHECK;
int store_inbox_count(struct store *s, uint64_t *ret) MUST_CHECK;
/* Visits the open entries, oldest first; what c points to lasts until visit
 * returns.  A nonzero return of visit ends it and is returned. */
typedef int store_inbox_visit(void *ctx, const struct store_conflict *c);
int store_inbox(struct store *s, store_inbox_visit *visit, void *ctx) MUST_CHECK;
/* Closes entries of this row and column whose two writes the author of
 * (writer, seq) knew. */
int store_inbox_close(struct store *s, uint16_t table, uint16_t column,
    const uint8_t *key, size_t key_len, uint32_t writer, uint64_t seq) MUST_CHECK;

/* ---- held: what waits, by reference ---- */
struct store_held {
	int64_t id;
	int reason;            /* STATUS_EARLY, _UNCERTIFIED, _UNKNOWN_SCHEMA,
	                        * _RIGHTS, _FORK, _REVOKED */
	struct stream_id stream;
	uint64_t first;
	uint32_t count;
	const uint8_t *packed; size_t packed_len; /* NULL: it is in segments */
};
int store_held_add(struct store *s, const struct store_held *h) MUST_CHECK;
typedef int store_held_visit(void *ctx, const struct store_held *h);
int store_held(struct store *s, int reason /* 0 all */, store_held_visit *visit,
    void *ctx) MUST_CHECK;
/* Those of a stream that begin at first or before; 0: at any place. */
int store_held_at(struct store *s, int reason, const struct stream_id *stream,
    uint64_t first, store_held_visit *visit, void *ctx) MUST_CHECK;
/* Whole segments held for a reason, and their bytes. */
int store_held_size(struct store *s, int reason, uint64_t *ret_n, uint64_t *ret_bytes)
    MUST_CHECK;
int store_held_remove(struct store *s, int64_t id) MUST_CHECK;
int store_held_count(struct store *s, uint64_t *ret) MUST_CHECK;

/* Another number after each transaction that changed rows of the scope, whatever
 * changed them: what was computed of them at the same number still holds. */
int store_changes(struct store *s, uint64_t scope, uint64_t *ret) MUST_CHECK;
int store_changes_all(struct store *s, uint64_t *ret) MUST_CHECK; /* of any scope */

/* ---- small things ---- */
/* What was answered to a request that may come again.  put, within an own transaction,
 * also lets go of the oldest: those older than STORE_ANSWER_DAYS by this node's clock,
 * but never one of the last STORE_ANSWERS_LEAST, whatever the clock says; and all
 * beyond STORE_ANSWERS_MOST.  An erasure empties those of the kind "command". */
#define STORE_ANSWER_DAYS 60
#define STORE_ANSWERS_LEAST 1000
#define STORE_ANSWERS_MOST 100000
int store_answer_get(struct store *s, const char *kind, const char *request,
    struct buffer *ret) MUST_CHECK;               /* NOT_FOUND */
int store_answer_put(struct store *s, const char *kind, const char *request,
    const void *data, size_t len) MUST_CHECK;
/* Named bytes: peers' vectors, receipts, rosters, and summaries (space "summary": an
 * erasure empties them). */
int store_meta_get(struct store *s, const char *space, const char *name,
    struct buffer *ret) MUST_CHECK;               /* NOT_FOUND */
int store_meta_set(struct store *s, const char *space, const char *name,
    const void *data, size_t len) MUST_CHECK;     /* NULL data removes */
typedef int store_meta_visit(void *ctx, const char *name, const uint8_t *data,
    size_t len);
int store_meta_list(struct store *s, const char *space, store_meta_visit *visit,
    void *ctx) MUST_CHECK;
/* Those whose names are not before from, and before to. */
int store_meta_range(struct store *s, const char *space, const char *from,
    const char *to, store_meta_visit *visit, void *ctx) MUST_CHECK;
/* Those whose names (ASCII below '~') begin so. */
int store_meta_prefix(struct store *s, const char *space, const char *prefix,
    store_meta_visit *visit, void *ctx) MUST_CHECK;
int store_meta_count(struct store *s, const char *space, uint64_t *ret) MUST_CHECK;
int store_meta_clear(struct store *s, const char *space) MUST_CHECK;
/* Hash over all delivered columns (not private) of one scope's rows: keys,
 * per-column stamps, node ids, values, lengths, tombstones; independent of
 * local numbers and of how versions are packed. */
int store_digest(struct store *s, uint64_t scope, uint8_t ret[HASH_BYTES])
    MUST_CHECK;
/* Scopes of which anything is here, ascending. */
int store_scopes(struct store *s, uint64_t **ret_scopes, size_t *ret_n) MUST_CHECK;
/* Writes a consistent copy, as a database of its own, to a new file. */
int store_snapshot(struct store *s, const char *path) MUST_CHECK;
/* Gives back what was kept for speed alone: pages read, statements prepared.  Between two
 * transactions. */
void store_rest(struct store *s);
/* The database's own integrity check. */
int store_integrity(struct store *s) MUST_CHECK;

#endif
