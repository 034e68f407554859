/* Local transactions: hooks note which rows a transaction touches; before the
 * commit the rows are read again, because aborted statements and rolled-back
 * savepoints leave ghosts among the notes, and the net change is logged.  Where
 * nothing failed and no savepoint was ever used, a row that was only inserted
 * is as its note says. */
#include "sync/store_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* 2020-07-31, the date of the notice: no clock is believed that is earlier. */
#define FLOOR_S INT64_C(1596153600)

#define NOTED_MAX_BYTES (64u * 1024 * 1024)
#define ROW_HEAD_BYTES 16 /* of a row in the log, before its columns; about */

void
store_capture_clear(struct store *s)
{
	struct store_capture *c = &s->capture;

	c->active = false;
	c->logged = false;
	c->broken = false;
	c->moved = false;
	c->unsure = false;
	c->n = 0;
	c->nsaid = 0;
	s->ntouched = 0;
	buffer_clear(&c->bytes);
	if (c->chains != NULL)
		memset(c->chains, 0, c->nchains * sizeof(*c->chains));
}

static uint32_t
hash_key(uint16_t table, const uint8_t *p, size_t len)
{
	uint64_t h = table + 1, word;

	for (; len >= sizeof(word); p += sizeof(word), len -= sizeof(word)) {
		memcpy(&word, p, sizeof(word));
		h = (h ^ word) * UINT64_C(0x9e3779b97f4a7c15);
		h ^= h >> 29;
	}
	word = 0;
	memcpy(&word, p, len);
	h = (h ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	return (uint32_t)(h >> 32);
}

static bool
grow_notes(struct store_capture *c)
{
	uint32_t cap = c->cap == 0 ? 64 : 2 * c->cap;
	struct store_note *notes = realloc(c->notes, cap * sizeof(*notes));
	uint32_t *chains;

	if (notes == NULL)
		return false;
	c->notes = notes;
	chains = realloc(c->chains, 2 * cap * sizeof(*chains));
	if (chains == NULL)
		return false;
	c->chains = chains;
	c->cap = cap;
	c->nchains = 2 * cap;
	memset(chains, 0, c->nchains * sizeof(*chains));
	for (uint32_t i = 0; i < c->n; i++) {
		uint32_t h = hash_key(notes[i].table, c->bytes.data + notes[i].keys,
		    notes[i].keys_len) & (c->nchains - 1);

		notes[i].next = chains[h];
		chains[h] = i + 1;
	}
	return true;
}

/* The note of the key that stands at the end of bytes; made when new. */
static struct store_note *
note_of(struct store_capture *c, uint16_t table, size_t keys, bool *ret_new)
{
	size_t len = c->bytes.len - keys;
	uint32_t h;

	if (c->n == c->cap && !grow_notes(c))
		return NULL;
	h = hash_key(table, c->bytes.data + keys, len) & (c->nchains - 1);
	for (uint32_t i = c->chains[h]; i != 0; i = c->notes[i - 1].next) {
		struct store_note *n = &c->notes[i - 1];

		if (n->table == table && n->keys_len == len &&
		    memcmp(c->bytes.data + n->keys, c->bytes.data + keys, len) == 0) {
			c->bytes.len = keys;
			*ret_new = false;
			return n;
		}
	}
	c->notes[c->n] = (struct store_note){ .table = table,
	    .keys = (uint32_t)keys, .keys_len = (uint32_t)len,
	    .next = c->chains[h] };
	c->chains[h] = ++c->n;
	*ret_new = true;
	return &c->notes[c->n - 1];
}

/* A statement mostly stays with one table. */
static int
table_index(struct store *s, const char *name)
{
	struct store_capture *c = &s->capture;
	int index;

	if (strcmp(s->registry->tables[c->last_table].name, name) == 0)
		return c->last_table;
	if (strncmp(name, "kehou_", 6) == 0)
		return -1;
	index = registry_find_name(s->registry, name);
	if (index >= 0)
		c->last_table = index;
	return index;
}

void
store_capture_row(struct store *s, int n, sqlite3_value **values)
{
	struct store_capture *c = &s->capture;

	c->nsaid = 0;
	if (n > REGISTRY_MAX_COLUMNS + 1)
		return;
	buffer_clear(&c->said);
	for (int i = 0; i < n; i++) {
		int type = sqlite3_value_type(values[i]);

		if (type == SQLITE_FLOAT)
			return;
		if (type == SQLITE_INTEGER && c->said.cap - c->said.len > VARINT_MAX_BYTES) {
			/* Nearly all are; value_put would do the same. */
			uint8_t *p = c->said.data + c->said.len;

			*p++ = VALUE_INT;
			p = varint_write(p, zigzag_encode(sqlite3_value_int64(values[i])));
			c->said.len = (size_t)(p - c->said.data);
		} else {
			value_put(&c->said, store_value(values[i]));
		}
		c->said_ends[i] = (uint32_t)c->said.len;
	}
	if (!c->said.failed)
		c->nsaid = n;
}

/* A row was inserted as the guard saw it just before: the commit need not read it
 * again.  False where the guard's word does not serve. */
static bool
note_insert(struct store_capture *c, const struct registry_table *t, int table)
{
	size_t keys = c->bytes.len, len;
	struct store_note *n;
	bool fresh;

	if (c->nsaid != t->ncolumns + 1 || keys > NOTED_MAX_BYTES)
		return false;
	c->nsaid = 0;
	len = c->said_ends[t->nkeys - 1];
	buffer_put(&c->bytes, c->said.data, len);
	n = c->bytes.failed ? NULL : note_of(c, (uint16_t)table, keys, &fresh);
	if (n == NULL) {
		c->broken = true;
		return true;
	}
	n->single = fresh;
	if (!fresh)
		return true;
	buffer_put(&c->bytes, c->said.data + len, c->said.len - len);
	n->new_len = (uint32_t)(c->said.len - len);
	c->broken |= c->bytes.failed;
	return true;
}

static void
note_row(struct store *s, sqlite3 *db, int table, bool old)
{
	const struct registry_table *t = &s->registry->tables[table];
	struct store_capture *c = &s->capture;
	size_t keys = c->bytes.len;
	struct store_note *n;
	sqlite3_value *v;
	bool fresh;

	for (int i = 0; i < t->nkeys; i++) {
		int rc = old ? sqlite3_preupdate_old(db, i, &v) :
		    sqlite3_preupdate_new(db, i, &v);

		if (rc != SQLITE_OK) {
			c->broken = true;
			return;
		}
		value_put(&c->bytes, store_value(v));
	}
	n = c->bytes.failed ? NULL : note_of(c, (uint16_t)table, keys, &fresh);
	if (n == NULL) {
		c->broken = true;
		return;
	}
	n->single = false;
	if (!fresh || !old)
		return;
	n->existed = true;
	n->old = (uint32_t)c->bytes.len;
	for (int i = t->nkeys; i < t->ncolumns + 1; i++) {
		if (sqlite3_preupdate_old(db, i, &v) != SQLITE_OK) {
			c->broken = true;
			return;
		}
		value_put(&c->bytes, store_value(v));
	}
	n->old_len = (uint32_t)(c->bytes.len - n->old);
	c->broken |= c->bytes.failed;
}

/* An update that changes the key would carry the old row's versions along. */
static bool
key_moves(struct store *s, sqlite3 *db, int table)
{
	sqlite3_value *old, *new;

	for (int i = 0; i < s->registry->tables[table].nkeys; i++) {
		if (sqlite3_preupdate_old(db, i, &old) != SQLITE_OK ||
		    sqlite3_preupdate_new(db, i, &new) != SQLITE_OK) {
			s->capture.broken = true;
			return false;
		}
		if (!value_equal(store_value(old), store_value(new)))
			return true;
	}
	return false;
}

static void
preupdate(void *ctx, sqlite3 *db, int op, const char *schema, const char *name,
    sqlite3_int64 before, sqlite3_int64 after)
{
	struct store *s = ctx;
	int table;

	(void)schema;
	(void)before;
	(void)after;
	if (s->merging || s->capture.logged)
		return;
	table = table_index(s, name);
	if (table < 0)
		return;
	if (op == SQLITE_INSERT && note_insert(&s->capture, &s->registry->tables[table], table))
		return;
	if (op == SQLITE_UPDATE && key_moves(s, db, table))
		s->capture.moved = true;
	if (op != SQLITE_INSERT)
		note_row(s, db, table, true);
	if (op != SQLITE_DELETE)
		note_row(s, db, table, false);
}

static int
commit_hook(void *ctx)
{
	const struct store *s = ctx;

	return s->capture.n > 0 && !s->capture.logged;
}

/* What was vetoed or rolled back must not veto the next commit. */
static void
rollback_hook(void *ctx)
{
	struct store *s = ctx;

	if (!s->capture.active)
		store_capture_clear(s);
}

/* Sees every statement when it is prepared; denies nothing. */
static int
authorize(void *ctx, int action, const char *a, const char *b, const char *schema,
    const char *trigger)
{
	struct store *s = ctx;

	(void)a;
	(void)b;
	(void)schema;
	(void)trigger;
	if (action == SQLITE_SAVEPOINT)
		s->savepoints = true;
	return SQLITE_OK;
}

void
store_hooks(struct store *s)
{
	(void)sqlite3_set_authorizer(s->db, authorize, s);
	(void)sqlite3_rollback_hook(s->db, rollback_hook, s);
	(void)sqlite3_preupdate_hook(s->db, preupdate, s);
	(void)sqlite3_commit_hook(s->db, commit_hook, s);
}

int
store_begin(struct store *s, const struct store_author *author)
{
	struct store_capture *c = &s->capture;
	struct stream_id id = { .node = author->node, .epoch = author->epoch,
	    .scope = author->scope, .lane = author->lane };
	struct store_stmt *st;
	int status;

	if (c->active || s->merging)
		return STATUS_USAGE;
	store_capture_clear(s);
	s->emptied = false;
	status = store_statement(s, SYNC_SQL_BEGIN, &st);
	if (status == STATUS_OK)
		status = store_run(st);
	if (status == STATUS_OK)
		status = store_stream(s, &id, &c->writer);
	if (status != STATUS_OK) {
		store_rollback(s);
		return status;
	}
	c->author = *author;
	if (c->author.time_s < FLOOR_S)
		c->author.time_s = FLOOR_S;
	if (c->author.time_s > (int64_t)(STAMP_MAX >> STAMP_COUNTER_BITS) +
	    STAMP_EPOCH_S)
		c->author.time_s = (int64_t)(STAMP_MAX >> STAMP_COUNTER_BITS) +
		    STAMP_EPOCH_S;
	c->stamp = (uint64_t)(c->author.time_s - STAMP_EPOCH_S) << STAMP_COUNTER_BITS;
	buffer_clear(&c->tail);
	value_put(&c->tail, row_version_pack(VERSION(c->stamp, c->writer)));
	c->active = true;
	return STATUS_OK;
}

/* ---- the net change ---- */

struct net {
	struct store *s;
	const struct registry_table *t;
	const struct store_note *note;
	struct value keys[REGISTRY_MAX_KEYS];
	struct row before, after;   /* after: as the statement left it */
	bool erased;                /* the row is an erased person's */
	struct buffer *rows;        /* log record */
	uint32_t nrows;
};

static int
read_old(struct net *n)
{
	const struct store_capture *c = &n->s->capture;
	struct value version;
	struct reader r;
	int status;

	if (!n->note->existed)
		return STATUS_OK;
	reader_init(&r, c->bytes.data + n->note->old, n->note->old_len);
	for (unsigned i = n->t->nkeys; i < n->t->ncolumns; i++)
		n->before.values[i] = value_read(&r);
	version = value_read(&r);
	if (reader_end(&r) != STATUS_OK)
		return STATUS_CORRUPT;
	status = row_unpack(n->t, version, &n->before);
	n->before.exists = true;
	return status;
}

static int
touch(struct net *n, struct row *row)
{
	struct buffer packed = BUFFER_INIT;
	struct value version = row_pack(n->t, row, &packed);
	struct store_stmt *st;
	int status = buffer_status(&packed);
	int at = n->t->nkeys;

	if (status == STATUS_OK)
		status = store_statement(n->s, n->t->touch, &st);
	if (status == STATUS_OK) {
		for (int i = 0; i < at; i++)
			store_bind_at(st, i + 1, n->keys[i]);
		store_bind_at(st, at + 1, version);
		status = store_run(st);
	}
	buffer_release(&packed);
	return status;
}

static void
log_row(struct net *n, enum batch_op op, uint32_t length, uint64_t stamp,
    uint64_t mask)
{
	memcpy(n->after.values, n->keys, n->t->nkeys * sizeof(n->keys[0]));
	store_log_put(n->rows, n->t, n->s->capture.stamp, &(struct batch_row){
	    .op = (uint8_t)op, .length = length, .stamp = stamp, .mask = mask },
	    n->after.values);
	n->nrows++;
}

static uint64_t
later(uint64_t stamp, int64_t version)
{
	uint64_t seen = VERSION_STAMP(version) + 1;

	return seen > stamp ? seen : stamp;
}

/* What a whole row says.  A default that this node may not write is left out:
 * absent means the same, and nobody refuses the row for it. */
static uint64_t
whole_mask(const struct net *n)
{
	const uint64_t *rights = n->s->capture.author.rights;
	uint64_t mask = registry_value_mask(n->t);

	if (rights == NULL)
		return mask;
	for (unsigned i = n->t->nkeys; i < n->t->ncolumns; i++)
		if (!(rights[n->t - n->s->registry->tables] >> i & 1) &&
		    value_equal(n->after.values[i], n->t->columns[i].missing))
			mask &= ~(UINT64_C(1) << i);
	return mask;
}

static int
net_insert(struct net *n)
{
	uint64_t stamp = n->s->capture.stamp;
	int64_t dead = 0;
	uint32_t length = 0;
	int status = store_tomb(n->s, n->t, n->keys, &length, &dead);

	if (status != STATUS_OK)
		return status;
	if (length == 0) {
		log_row(n, BATCH_WHOLE, 1, stamp, whole_mask(n));
		return n->erased ? store_put(n->s, n->t, &n->after) : STATUS_OK;
	}
	stamp = later(stamp, dead);
	n->after.length = length + 1;
	n->after.version = VERSION(stamp, n->s->capture.writer);
	for (unsigned i = 0; i < n->t->ncolumns; i++)
		n->after.versions[i] = n->after.version;
	if (n->erased)
		(void)store_blank(n->t, &n->after);
	log_row(n, BATCH_WHOLE, n->after.length, stamp, whole_mask(n));
	/* Not touch: the tombstone goes too, or the digest would count it. */
	return store_put(n->s, n->t, &n->after);
}

/* Deleted and inserted again with the same values, the row lost its versions. */
static int
restore_versions(struct net *n)
{
	bool same = n->after.length == n->before.length;

	for (unsigned i = n->t->nkeys; i < n->t->ncolumns; i++)
		same &= n->after.versions[i] == n->before.versions[i];
	return same ? STATUS_OK : touch(n, &n->before);
}

static int
net_update(struct net *n)
{
	uint64_t stamp = n->s->capture.stamp, mask = 0;

	for (unsigned i = n->t->nkeys; i < n->t->ncolumns; i++) {
		if (value_equal(n->before.values[i], n->after.values[i]))
			continue;
		mask |= UINT64_C(1) << i;
		stamp = later(stamp, n->before.versions[i]);
	}
	if (mask == 0)
		return restore_versions(n);
	n->after.length = n->before.length;
	for (unsigned i = n->t->nkeys; i < n->t->ncolumns; i++)
		n->after.versions[i] = mask >> i & 1 ?
		    VERSION(stamp, n->s->capture.writer) : n->before.versions[i];
	log_row(n, BATCH_PART, n->before.length, stamp, mask);
	if (n->s->inbox > 0) {
		for (unsigned i = n->t->nkeys; i < n->t->ncolumns; i++) {
			struct store_stmt *st;
			int status;

			if (!(mask >> i & 1))
				continue;
			/* Who writes here has seen both values: a choice. */
			status = store_statement(n->s, SYNC_SQL_INBOX_CLEAR, &st);
			if (status != STATUS_OK)
				return status;
			store_bind_at(st, 1, value_int(n->t->id));
			store_bind_at(st, 2, value_int(n->t->columns[i].id));
			store_bind_at(st, 3, value_blob(
			    n->s->capture.bytes.data + n->note->keys, n->note->keys_len));
			status = store_run(st);
			if (status != STATUS_OK)
				return status;
		}
	}
	return touch(n, &n->after);
}

static int
net_delete(struct net *n)
{
	uint64_t stamp = n->s->capture.stamp;
	struct row gone = n->before;

	for (unsigned i = n->t->nkeys; i < n->t->ncolumns; i++)
		stamp = later(stamp, n->before.versions[i]);
	gone.exists = false;
	gone.length = n->before.length + 1;
	gone.version = VERSION(stamp, n->s->capture.writer);
	memcpy(gone.values, n->keys, n->t->nkeys * sizeof(n->keys[0]));
	log_row(n, BATCH_DELETE, gone.length, stamp, 0);
	return store_put(n->s, n->t, &gone);
}

/* The new row as its one insert wrote it; false where the table has to say. */
static bool
read_new(struct net *n)
{
	const struct store_capture *c = &n->s->capture;
	int64_t version = VERSION(c->stamp, c->writer);
	struct value said;
	struct reader r;

	if (!n->note->single || c->unsure || n->s->savepoints)
		return false;
	reader_init(&r, c->bytes.data + n->note->keys + n->note->keys_len, n->note->new_len);
	memcpy(n->after.values, n->keys, n->t->nkeys * sizeof(n->keys[0]));
	for (unsigned i = n->t->nkeys; i < n->t->ncolumns; i++)
		n->after.values[i] = value_read(&r);
	said = value_read(&r);
	if (reader_end(&r) != STATUS_OK || !value_equal(said, row_version_pack(version)))
		return false;
	n->after.version = version;
	n->after.length = 1;
	n->after.exists = true;
	return true;
}

static int
may_write(const struct net *n)
{
	const struct store_author *a = &n->s->capture.author;
	bool county = n->t->scope == REGISTRY_COUNTY;
	uint64_t may, keys;

	if (county != (a->scope == SCOPE_COUNTY))
		return STATUS_RIGHTS;
	if (!county && (n->keys[0].type != VALUE_INT ||
	    (uint64_t)n->keys[0].i != a->scope))
		return STATUS_RIGHTS;
	if (n->t->urgent != (a->lane == LANE_URGENT))
		return STATUS_RIGHTS;
	if (a->rights == NULL)
		return STATUS_OK;
	may = a->rights[n->t - n->s->registry->tables];
	keys = (UINT64_C(1) << n->t->nkeys) - 1;
	if (!(n->before.exists && n->after.exists) && (may & keys) != keys)
		return STATUS_RIGHTS;
	/* As the merge asks on every replica (is_rightful): what is said needs
	 * its right, and a birth need not say defaults (whole_mask). */
	for (unsigned i = n->t->nkeys; n->after.exists && i < n->t->ncolumns; i++)
		if (!(may >> i & 1) && !value_equal(n->after.values[i],
		    n->before.exists ? n->before.values[i] : n->t->columns[i].missing))
			return STATUS_RIGHTS;
	return STATUS_OK;
}

static uint64_t
id_bits(const struct registry_table *t)
{
	uint64_t bits = 0;

	for (unsigned i = 0; i < t->ncolumns; i++)
		bits |= UINT64_C(1) << t->columns[i].id;
	return bits;
}

/* Most rows of a transaction were inserted once, by one that may write all of the
 * table: what the note says goes into the log as it stands. */
static bool
log_single(struct net *n)
{
	const struct store_capture *c = &n->s->capture;
	const struct store_note *note = n->note;
	unsigned index = (unsigned)(n->t - n->s->registry->tables);
	uint64_t all = (UINT64_C(1) << n->t->ncolumns) - 1;
	const uint8_t *row = c->bytes.data + note->keys;
	size_t len = note->keys_len + note->new_len;
	struct reader r;
	struct value scope;

	if (n->t->erases != 0 || (n->s->erased > 0 && n->t->subject >= 0))
		return false;
	if (!note->single || c->unsure || n->s->savepoints || n->s->tombed[index] ||
	    n->t->scope != REGISTRY_SCHOOL || n->t->urgent != (c->author.lane == LANE_URGENT))
		return false;
	if (c->author.rights != NULL && (c->author.rights[index] & all) != all)
		return false;
	reader_init(&r, row, note->keys_len);
	scope = value_read(&r);
	if (scope.type != VALUE_INT || (uint64_t)scope.i != c->author.scope)
		return false;
	if (c->tail.failed || note->new_len < c->tail.len ||
	    memcmp(row + len - c->tail.len, c->tail.data, c->tail.len) != 0)
		return false;
	buffer_put_varint(n->rows, n->t->id);
	buffer_put_u8(n->rows, LOG_RUN);
	buffer_put_varint(n->rows, id_bits(n->t));
	buffer_put(n->rows, row, len - c->tail.len);
	n->nrows++;
	return true;
}

/* Notes whom a row erases.  What is written of somebody erased before is taken out
 * again: refused, it would have people write something that is not true. */
static int
erasure(struct net *n)
{
	int status;

	n->erased = false;
	if (n->t->erases != 0 && n->after.exists)
		return store_erase_add(n->s, n->s->capture.author.scope,
		    n->keys[n->t->erases]);
	status = n->after.exists ? store_is_erased(n->s, n->t, n->after.values,
	    &n->erased) : STATUS_OK;
	if (status != STATUS_OK || !n->erased)
		return status;
	store_note_emptied(n->s, n->t, n->after.values);
	/* What goes is nobody's write. */
	(void)store_blank(n->t, &n->before);
	if (!store_blank(n->t, &n->after))
		return STATUS_OK;
	/* Of a new row net_insert does it, who first looks for its tombstone. */
	return n->before.exists ? store_put(n->s, n->t, &n->after) : STATUS_OK;
}

static int
net_one(struct net *n)
{
	const struct store_capture *c = &n->s->capture;
	struct reader r;
	int status = store_refuse_ended(n->s, n->t, c->bytes.data + n->note->keys,
	    n->note->keys_len);

	if (status != STATUS_OK || log_single(n))
		return status;
	memset(&n->before, 0, sizeof(n->before));
	memset(&n->after, 0, sizeof(n->after));
	reader_init(&r, c->bytes.data + n->note->keys, n->note->keys_len);
	for (unsigned i = 0; i < n->t->nkeys; i++)
		n->keys[i] = value_read(&r);
	status = reader_end(&r);
	if (status == STATUS_OK)
		status = read_old(n);
	if (status == STATUS_OK && (n->s->erased > 0 || !read_new(n)))
		status = store_get(n->s, n->t, n->keys, &n->after);
	if (status == STATUS_OK)
		status = erasure(n);
	if (status != STATUS_OK || (!n->before.exists && !n->after.exists))
		return status;
	status = may_write(n);
	if (status != STATUS_OK)
		return status;
	if (!n->before.exists)
		return net_insert(n);
	return n->after.exists ? net_update(n) : net_delete(n);
}

static int
by_table(const void *a, const void *b)
{
	const struct store_note *x = a, *y = b;

	if (x->table != y->table)
		return x->table < y->table ? -1 : 1;
	return x->keys < y->keys ? -1 : x->keys > y->keys;
}

/* Log record: count of rows, then rows (log_row).  The rows are written once: room for
 * the count is left before them, and the record begins at ret_record. */
static int
net_change(struct store *s, struct buffer *ret, const uint8_t **ret_record, uint32_t *ret_rows)
{
	struct store_capture *c = &s->capture;
	struct net n = { .s = s, .rows = ret };
	uint8_t count[VARINT_MAX_BYTES];
	size_t len;
	int status = STATUS_OK;

	c->logged = true; /* the touches below are the engine's own */
	for (uint32_t i = 1; i < c->n; i++) {
		if (by_table(&c->notes[i - 1], &c->notes[i]) <= 0)
			continue;
		qsort(c->notes, c->n, sizeof(c->notes[0]), by_table);
		break;
	}
	(void)buffer_room(ret, sizeof count + c->bytes.len + c->n * ROW_HEAD_BYTES);
	(void)buffer_extend(ret, sizeof count);
	for (uint32_t i = 0; status == STATUS_OK && i < c->n; i++) {
		n.note = &c->notes[i];
		n.t = &s->registry->tables[n.note->table];
		status = net_one(&n);
	}
	if (status == STATUS_OK && s->inbox > 0)
		status = store_keep_chosen(s, ret, &n.nrows);
	if (status == STATUS_OK && n.nrows > BATCH_MAX_TX_ROWS)
		status = STATUS_TOO_LARGE;
	if (status == STATUS_OK)
		status = buffer_status(ret);
	if (status != STATUS_OK)
		return status;
	len = (size_t)(varint_write(count, n.nrows) - count);
	memcpy(ret->data + sizeof count - len, count, len);
	*ret_record = ret->data + sizeof count - len;
	*ret_rows = n.nrows;
	return STATUS_OK;
}

int
store_commit(struct store *s, uint64_t *ret_seq)
{
	struct store_capture *c = &s->capture;
	struct buffer record = BUFFER_INIT;
	const uint8_t *begin = NULL;
	struct store_stmt *st;
	uint32_t rows = 0;
	uint64_t seq = 0;
	int status;

	if (!c->active)
		return STATUS_USAGE;
	if (c->broken)
		status = STATUS_NOMEM;
	else if (sqlite3_get_autocommit(s->db))
		status = STATUS_USAGE; /* an error or a statement rolled it back */
	else if (c->moved)
		status = STATUS_USAGE;
	else
		status = net_change(s, &record, &begin, &rows);
	if (status == STATUS_OK)
		status = store_forget_emptied(s, rows);
	if (status == STATUS_OK && rows > 0) {
		seq = s->streams[c->writer - 1].head.logged + 1;
		status = store_statement(s, SYNC_SQL_LOG_ADD, &st);
		if (status == STATUS_OK) {
			store_bind_at(st, 1, value_int(c->writer));
			store_bind_at(st, 2, value_int((int64_t)seq));
			store_bind_at(st, 3, value_int(c->author.time_s));
			store_bind_at(st, 4, value_int(c->author.staff));
			store_bind_at(st, 5, value_blob(begin,
			    (size_t)(record.data + record.len - begin)));
			status = store_run(st);
		}
		if (status == STATUS_OK)
			status = store_touch(s, c->author.scope);
	}
	if (status == STATUS_OK)
		status = store_counter_save(s);
	if (status == STATUS_OK)
		status = store_statement(s, SYNC_SQL_COMMIT, &st);
	if (status == STATUS_OK)
		status = store_run(st);
	buffer_release(&record);
	if (status != STATUS_OK) {
		store_rollback(s);
		return status;
	}
	if (seq > 0)
		s->streams[c->writer - 1].head.logged = seq;
	/* It is committed: whoever heard of a failure now would do it again. */
	if (s->inbox > 0)
		(void)!store_inbox_count_load(s);
	store_capture_clear(s);
	*ret_seq = seq;
	return STATUS_OK;
}
