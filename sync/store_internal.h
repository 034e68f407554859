/* What the files store_*.c share.  Nobody else includes it. */
#ifndef SYNC_STORE_INTERNAL_H
#define SYNC_STORE_INTERNAL_H

#define SQLITE_ENABLE_PREUPDATE_HOOK 1 /* declares what Debian builds in */
#include <sqlite3.h>

#include "gen/sync_sql.h"
#include "sync/store.h"

#define STORE_CACHE 256       /* prepared statements kept */
#define STORE_REFUSAL_BYTES 1024

/* In the log, in place of an op: a new row of length 1 at the transaction's stamp;
 * ids of its columns as bits, then their values in order. */
#define LOG_RUN 0x80

struct store_stmt {
	struct store *store;
	sqlite3_stmt *st;
	const char *sql;      /* identity of the text; borrowed (static SQL) */
	const char *tail;
	bool busy;
	uint64_t used;        /* tick of the last use */
};

struct store_stream_state {
	struct stream_id id;
	struct store_head head;
	uint32_t parent;      /* of a branch */
};

/* A row that a hook saw in the open local transaction. */
struct store_note {
	uint16_t table;       /* registry index */
	bool existed;         /* before the transaction */
	bool single;          /* seen once, as the insert of what new says */
	uint32_t keys, keys_len; /* in the notes' bytes: key values */
	uint32_t old, old_len;   /* old values, version; when it existed */
	uint32_t new_len;     /* values, version after the keys; when single */
	uint32_t next;        /* in its hash chain, index + 1 */
};

struct store_capture {
	bool active;          /* between begin and commit of a local transaction */
	bool logged;          /* the log has what the notes say */
	bool broken;          /* a hook could not note something */
	bool moved;           /* a statement changed a key */
	/* The row that the guard was last given: its values as value_put wrote
	 * them, the version last, and where each ends. */
	struct buffer said;
	uint32_t said_ends[REGISTRY_MAX_COLUMNS + 1];
	int nsaid;            /* 0: nothing, or a fraction, that reads as text */
	struct buffer tail;   /* version of a row that this transaction makes */
	bool unsure;          /* a statement failed: what the notes say of new
	                       * rows may have been undone */
	struct store_author author;
	uint32_t writer;
	uint64_t stamp;       /* of the transaction's clock, counter 0 */
	int last_table;       /* registry index that the hook saw last */
	struct store_note *notes; uint32_t n, cap;
	uint32_t *chains; uint32_t nchains;
	struct buffer bytes;
};

struct store {
	sqlite3 *db;
	const struct registry *registry;
	struct store_stmt cache[STORE_CACHE];
	size_t ncache;
	uint64_t tick;
	struct store_stream_state *streams; /* [writer - 1] */
	uint32_t nstreams, stream_cap;
	struct store_capture capture;
	bool merging;         /* inside store_begin_merge */
	bool lost;            /* what is below could not be read after a rollback */
	bool savepoints;      /* a statement on savepoints was prepared, ever */
	bool *tombed;         /* per registry index: has tombstones */
	uint64_t erased, erasing; /* persons; of them not yet done */
	bool emptied;         /* the last transaction spoke of one of them in words */
	struct checkpoint *ended; /* applied ones, ascending scope */
	size_t nended;
	uint64_t inbox;       /* entries, so that the usual zero costs nothing */
	uint64_t touched[4];  /* scopes counted in this merge transaction */
	size_t ntouched;
	uint64_t counter_epoch, counter_next, counter_saved;
	/* the virtual table's view */
	struct batch_table *rows;
	uint32_t rows_writer, rows_at;
	const struct registry_table *renewing; /* table that is made anew */
	uint64_t renewing_fresh;               /* its columns that are new */
	struct buffer got;    /* values of store_get */
	struct buffer key;    /* scratch */
	char known_pin[STORE_PIN_BYTES], known_hash[STORE_PIN_BYTES]; /* store_know_pin's */
	char refusal[STORE_REFUSAL_BYTES];
	char error[256];
};

/* SQLite's result codes as status. */
int store_translate(struct store *s, int rc);
/* Checks a statement out of the cache, reset and without binds. */
int store_statement(struct store *s, const char *sql, struct store_stmt **ret)
    MUST_CHECK;
/* Steps a statement that gives no rows and gives it back. */
int store_run(struct store_stmt *st) MUST_CHECK;
struct value store_value(sqlite3_value *v); /* FLOAT becomes NULL */
int store_functions(struct store *s) MUST_CHECK;      /* SQL functions */
int store_text_functions(struct store *s, const struct store_function *functions)
    MUST_CHECK;
int store_rows_module(struct store *s) MUST_CHECK;    /* kehou_rows */
int store_exec(struct store *s, const char *sql) MUST_CHECK; /* many statements */
/* Makes the table, or gives an older one its new columns.  Inside a merge
 * transaction.  note: what was added is noted for store_upgraded. */
int store_upgrade_table(struct store *s, const struct registry_table *t, bool note)
    MUST_CHECK;
int store_upgrade_functions(struct store *s) MUST_CHECK;
void store_hooks(struct store *s);                    /* capture */
/* What the guard of a table was given in a local transaction. */
void store_capture_row(struct store *s, int n, sqlite3_value **values);
void store_capture_clear(struct store *s);
int store_streams_load(struct store *s) MUST_CHECK;
int store_tombs_load(struct store *s) MUST_CHECK;
int store_inbox_count_load(struct store *s) MUST_CHECK;
int store_erased_load(struct store *s) MUST_CHECK;
int store_checkpoints_load(struct store *s) MUST_CHECK;
void store_checkpoints_release(struct store *s);
/* REFUSED for a row of the open local transaction (its keys, value_put) that has
 * ended: written, it would be gone everywhere else, and nobody told. */
int store_refuse_ended(struct store *s, const struct registry_table *t,
    const uint8_t *keys, size_t len) MUST_CHECK;
/* Appends a row to a transaction's record; base: the transaction's stamp. */
void store_log_put(struct buffer *b, const struct registry_table *t, uint64_t base,
    const struct batch_row *row, const struct value *values);
/* What people chose to let stand of a conflict is written once more, so that the
 * choice is known everywhere; the entries go. */
int store_keep_chosen(struct store *s, struct buffer *rows, uint32_t *nrows) MUST_CHECK;
int store_counter_save(struct store *s) MUST_CHECK;
/* Rows of a scope change in this transaction: store_changes counts it. */
int store_touch(struct store *s, uint64_t scope) MUST_CHECK;
void store_key(const struct registry_table *t, const struct value *keys,
    struct buffer *ret);
int store_tomb(struct store *s, const struct registry_table *t,
    const struct value *keys, uint32_t *ret_length, int64_t *ret_version) MUST_CHECK;
uint64_t store_row_scope(const struct registry_table *t, const struct value *keys);

/* Empties what was answered and computed of rows: somebody is erased, or rows ended. */
int store_answers_forget(struct store *s) MUST_CHECK;
/* Notes whether a row that a transaction writes about somebody erased says what may
 * not stay; before it commits so many rows, forgets what quotes it.  REFUSED where
 * nothing else is left. */
void store_note_emptied(struct store *s, const struct registry_table *t,
    const struct value *values);
int store_forget_emptied(struct store *s, uint32_t rows) MUST_CHECK;

#endif
