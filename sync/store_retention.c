/* Checkpoints: where streams begin, which rows have ended. */
#include "sync/store_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- where a stream begins ---- */

int
store_base(struct store *s, uint32_t writer, uint64_t *ret_through,
    uint8_t ret_hash[HASH_BYTES])
{
	struct store_stmt *st;
	bool row = false;
	int status = store_statement(s, SYNC_SQL_BASE_GET, &st);

	*ret_through = 0;
	if (status != STATUS_OK)
		return status;
	store_bind_at(st, 1, value_int(writer));
	status = store_step(st, &row);
	if (status == STATUS_OK && row) {
		struct value hash = store_column(st, 1);

		*ret_through = (uint64_t)store_column(st, 0).i;
		if (hash.type == VALUE_BLOB && hash.len == HASH_BYTES)
			memcpy(ret_hash, hash.p, HASH_BYTES);
		else
			status = STATUS_CORRUPT;
	}
	store_reset(st);
	return status;
}

/* A statement of a blob or number and a sequence, without rows. */
static int
up_to(struct store *s, const char *sql, struct value of, uint64_t through)
{
	struct store_stmt *st;
	int status = store_statement(s, sql, &st);

	if (status != STATUS_OK)
		return status;
	store_bind_at(st, 1, of);
	store_bind_at(st, 2, value_int((int64_t)through));
	return store_run(st);
}

static int
cut(struct store *s, uint32_t writer, uint64_t through)
{
	struct buffer id = BUFFER_INIT;
	int status = up_to(s, SYNC_SQL_BASE_CUT, value_int(writer), through);

	stream_id_put(&id, &s->streams[writer - 1].id);
	if (status == STATUS_OK)
		status = buffer_status(&id);
	if (status == STATUS_OK)
		status = up_to(s, SYNC_SQL_BASE_HELD, value_blob(id.data, id.len), through);
	buffer_release(&id);
	return status;
}

int
store_base_set(struct store *s, uint32_t writer, uint64_t through,
    const uint8_t hash[HASH_BYTES])
{
	struct store_head *head;
	struct store_stmt *st;
	uint8_t old[HASH_BYTES];
	uint64_t before;
	int status;

	if (writer < 1 || writer > s->nstreams || through > INT64_MAX)
		return STATUS_USAGE;
	status = store_base(s, writer, &before, old);
	if (status == STATUS_OK && through < before)
		status = STATUS_USAGE;
	if (status == STATUS_OK)
		status = store_statement(s, SYNC_SQL_BASE_SET, &st);
	if (status != STATUS_OK)
		return status;
	store_bind_at(st, 1, value_int(writer));
	store_bind_at(st, 2, value_int((int64_t)through));
	store_bind_at(st, 3, value_blob(hash, HASH_BYTES));
	status = store_run(st);
	if (status == STATUS_OK)
		status = cut(s, writer, through);
	head = &s->streams[writer - 1].head;
	if (status != STATUS_OK || head->stored >= through)
		return status;
	head->stored = through;
	memcpy(head->hash, hash, HASH_BYTES);
	if (head->logged < through)
		head->logged = through;
	return store_set_merged(s, writer, through);
}

/* ---- checkpoints ---- */

void
store_checkpoints_release(struct store *s)
{
	for (size_t i = 0; i < s->nended; i++)
		checkpoint_release(&s->ended[i]);
	free(s->ended);
	s->ended = NULL;
	s->nended = 0;
}

static int
load_head(struct store *s, struct value head)
{
	struct checkpoint *grown = realloc(s->ended, (s->nended + 1) * sizeof(*grown));
	size_t len;
	int status;

	if (grown == NULL)
		return STATUS_NOMEM;
	s->ended = grown;
	status = checkpoint_parse(head.p, head.len, &s->ended[s->nended], &len);
	if (status == STATUS_OK)
		s->nended++;
	return status == STATUS_OK || status == STATUS_NOMEM ? status : STATUS_CORRUPT;
}

int
store_checkpoints_load(struct store *s)
{
	struct store_stmt *st;
	bool row;
	int status = store_statement(s, SYNC_SQL_CHECKPOINT_HEADS, &st);

	store_checkpoints_release(s);
	if (status != STATUS_OK)
		return status;
	while ((status = store_step(st, &row)) == STATUS_OK && row) {
		status = load_head(s, store_column(st, 0));
		if (status != STATUS_OK)
			break;
	}
	store_reset(st);
	return status;
}

static int
by_scope(const void *scope, const void *c)
{
	uint64_t a = *(const uint64_t *)scope, b = ((const struct checkpoint *)c)->scope;

	return a < b ? -1 : a > b;
}

const struct checkpoint *
store_checkpoint(const struct store *s, uint64_t scope)
{
	return s->nended == 0 ? NULL : bsearch(&scope, s->ended, s->nended,
	    sizeof(*s->ended), by_scope);
}

int
store_checkpoint_put(struct store *s, const struct checkpoint *c, bool held,
    const uint8_t *head, size_t head_len, const uint8_t *rest, size_t rest_len,
    int64_t now_s)
{
	struct store_stmt *st;
	int status = store_statement(s, SYNC_SQL_CHECKPOINT_PUT, &st);

	if (status != STATUS_OK)
		return status;
	store_bind_at(st, 1, value_int((int64_t)c->scope));
	store_bind_at(st, 2, value_int(held));
	store_bind_at(st, 3, value_int((int64_t)c->number));
	store_bind_at(st, 4, value_int(c->time_s));
	store_bind_at(st, 5, value_int(now_s));
	store_bind_at(st, 6, value_blob(head, head_len));
	store_bind_at(st, 7, value_blob(rest, rest_len));
	status = store_run(st);
	if (status != STATUS_OK || held)
		return status;
	status = store_checkpoint_drop_held(s, c->scope);
	return status == STATUS_OK ? store_checkpoints_load(s) : status;
}

int
store_checkpoint_get(struct store *s, uint64_t scope, bool held,
    struct buffer *ret_head, struct buffer *ret_rest, int64_t *ret_done_s)
{
	struct store_stmt *st;
	bool row = false;
	int status = store_statement(s, ret_rest == NULL && ret_done_s == NULL ?
	    SYNC_SQL_CHECKPOINT_HEAD : SYNC_SQL_CHECKPOINT_GET, &st);

	if (status != STATUS_OK)
		return status;
	store_bind_at(st, 1, value_int((int64_t)scope));
	store_bind_at(st, 2, value_int(held));
	status = store_step(st, &row);
	if (status == STATUS_OK && !row)
		status = STATUS_NOT_FOUND;
	for (int i = 0; status == STATUS_OK && i < 2; i++) {
		struct buffer *ret = i == 0 ? ret_head : ret_rest;
		struct value v;

		if (ret == NULL)
			continue;
		v = store_column(st, i);
		buffer_put(ret, v.p, v.len);
		status = buffer_status(ret);
	}
	if (status == STATUS_OK && ret_done_s != NULL)
		*ret_done_s = store_column(st, 2).i;
	store_reset(st);
	return status;
}

int
store_checkpoint_drop_held(struct store *s, uint64_t scope)
{
	return up_to(s, SYNC_SQL_CHECKPOINT_DROP, value_int((int64_t)scope), 1);
}

int
store_checkpoint_rest(struct store *s, uint64_t scope, bool held, const uint8_t *rest,
    size_t len)
{
	struct store_stmt *st;
	int status = store_statement(s, SYNC_SQL_CHECKPOINT_REST, &st);

	if (status != STATUS_OK)
		return status;
	store_bind_at(st, 1, value_int((int64_t)scope));
	store_bind_at(st, 2, value_int(held));
	store_bind_at(st, 3, value_blob(rest, len));
	return store_run(st);
}

int
store_checkpoints_held(struct store *s, uint64_t *ret)
{
	struct store_stmt *st;
	bool row = false;
	int status = store_statement(s, SYNC_SQL_CHECKPOINT_HELD, &st);

	if (status != STATUS_OK)
		return status;
	status = store_step(st, &row);
	if (status == STATUS_OK)
		*ret = row ? (uint64_t)store_column(st, 0).i : 0;
	store_reset(st);
	return status;
}

/* ---- rows ---- */

static int
note_ended(struct store *s, const struct checkpoint *c, uint16_t table, uint64_t rows,
    struct value below, int64_t now_s)
{
	struct store_stmt *st;
	int status = store_statement(s, SYNC_SQL_ENDED_ADD, &st);

	if (status != STATUS_OK)
		return status;
	store_bind_at(st, 1, value_int((int64_t)c->scope));
	store_bind_at(st, 2, value_int((int64_t)c->number));
	store_bind_at(st, 3, value_int(table));
	store_bind_at(st, 4, value_int((int64_t)rows));
	store_bind_at(st, 5, value_int(now_s));
	store_bind_at(st, 6, below);
	return store_run(st);
}

int
store_ended_late(struct store *s, const struct checkpoint *c, uint64_t rows,
    int64_t now_s)
{
	return note_ended(s, c, 0, rows, value_null(), now_s);
}

int
store_ended_rows(struct store *s, const struct checkpoint *c, uint64_t *ret)
{
	struct store_stmt *st;
	bool row = false;
	int status = store_statement(s, SYNC_SQL_ENDED_ROWS, &st);

	if (status != STATUS_OK)
		return status;
	store_bind_at(st, 1, value_int((int64_t)c->scope));
	store_bind_at(st, 2, value_int((int64_t)c->number));
	status = store_step(st, &row);
	if (status == STATUS_OK && row)
		*ret = (uint64_t)store_column(st, 0).i;
	store_reset(st);
	return status;
}

/* The highest number that rules give for a table, NULL where they have lists alone. */
static struct value
ends_below(const struct checkpoint_match *matches, size_t n)
{
	struct value below = value_null();

	for (size_t i = 0; i < n; i++)
		if (matches[i].rule->nvalues == 0 &&
		    (below.type == VALUE_NULL || matches[i].rule->below > below.i))
			below = value_int(matches[i].rule->below);
	return below;
}

struct ending {
	struct store *s;
	const struct registry_table *t;
	const struct checkpoint_match *matches;
	size_t n;
	uint64_t rows;
};

/* By its key in the form of tombstones. */
static int
forget_key(struct store *s, const char *sql, const struct registry_table *t,
    const struct buffer *key)
{
	struct store_stmt *st;
	int status = store_statement(s, sql, &st);

	if (status != STATUS_OK)
		return status;
	store_bind_at(st, 1, value_int(t->id));
	store_bind_at(st, 2, value_blob(key->data, key->len));
	return store_run(st);
}

static int
drop(struct ending *e, const struct value *keys)
{
	struct buffer key = BUFFER_INIT;
	struct store_stmt *st;
	int status = store_statement(e->s, e->t->drop, &st);

	if (status != STATUS_OK)
		return status;
	for (int k = 0; k < e->t->nkeys; k++)
		store_bind_at(st, k + 1, keys[k]);
	status = store_run(st);
	store_key(e->t, keys, &key);
	if (status == STATUS_OK)
		status = buffer_status(&key);
	if (status == STATUS_OK && e->s->erased > 0)
		status = forget_key(e->s, SYNC_SQL_ENDED_MINE, e->t, &key);
	buffer_release(&key);
	e->rows++;
	return status;
}

/* A row that the scan has passed may go under it. */
static int
end_living(struct ending *e, uint64_t scope)
{
	struct store_stmt *st;
	bool row;
	int status = store_statement(e->s, e->t->scan, &st);

	if (status != STATUS_OK)
		return status;
	store_bind_at(st, 1, value_int((int64_t)scope));
	while ((status = store_step(st, &row)) == STATUS_OK && row) {
		struct value keys[REGISTRY_MAX_KEYS];

		for (int k = 0; k < e->t->nkeys; k++)
			keys[k] = store_column(st, k);
		if (!checkpoint_ends(e->matches, e->n, keys))
			continue;
		status = drop(e, keys);
		if (status != STATUS_OK)
			break;
	}
	store_reset(st);
	return status;
}

static int
end_tombs(struct ending *e, uint64_t scope)
{
	struct store_stmt *st;
	bool row;
	int status = store_statement(e->s, SYNC_SQL_TOMB_SCAN, &st);

	if (status != STATUS_OK)
		return status;
	store_bind_at(st, 1, value_int(e->t->id));
	store_bind_at(st, 2, value_int((int64_t)scope));
	while ((status = store_step(st, &row)) == STATUS_OK && row) {
		struct value keys[REGISTRY_MAX_KEYS], packed = store_column(st, 0);
		struct buffer key = BUFFER_INIT;
		struct reader r;

		reader_init(&r, packed.p, packed.len);
		for (unsigned k = 0; k < e->t->nkeys; k++)
			keys[k] = value_read(&r);
		if (!checkpoint_ends(e->matches, e->n, keys))
			continue;
		buffer_put(&key, packed.p, packed.len);
		status = buffer_status(&key);
		if (status == STATUS_OK)
			status = forget_key(e->s, SYNC_SQL_ENDED_TOMB, e->t, &key);
		buffer_release(&key);
		if (status != STATUS_OK)
			break;
	}
	store_reset(st);
	return status;
}

struct open_entries {
	struct store *s;
	const struct checkpoint *c;
	int64_t ids[64];
	size_t n;
};

static int
ended_entry(void *ctx, const struct store_conflict *conflict)
{
	struct checkpoint_match matches[CHECKPOINT_MAX_RULES];
	struct value keys[REGISTRY_MAX_KEYS];
	struct open_entries *e = ctx;
	const struct registry_table *t;
	struct reader r;
	int at = registry_find(e->s->registry, conflict->table);

	if (at < 0 || conflict->scope != e->c->scope)
		return 0;
	t = &e->s->registry->tables[at];
	reader_init(&r, conflict->key.data, conflict->key.len);
	for (unsigned k = 0; k < t->nkeys; k++)
		keys[k] = value_read(&r);
	if (checkpoint_ends(matches, checkpoint_match(e->c, t, matches), keys))
		e->ids[e->n++] = conflict->id;
	return e->n == sizeof(e->ids) / sizeof(e->ids[0]);
}

static int
end_inbox(struct store *s, const struct checkpoint *c)
{
	struct open_entries e = { .s = s, .c = c };
	int status;

	do {
		e.n = 0;
		status = store_inbox(s, ended_entry, &e);
		for (size_t i = 0; status >= 0 && i < e.n; i++) {
			struct store_stmt *st;

			status = store_statement(s, SYNC_SQL_INBOX_REMOVE, &st);
			if (status != STATUS_OK)
				break;
			store_bind_at(st, 1, value_int(e.ids[i]));
			status = store_run(st);
		}
	} while (status >= 0 && e.n > 0);
	return status < 0 ? status : store_inbox_count_load(s);
}

int
store_end_rows(struct store *s, const struct checkpoint *c, int64_t now_s)
{
	int status = store_touch(s, c->scope);

	for (size_t i = 0; status == STATUS_OK && i < s->registry->ntables; i++) {
		struct checkpoint_match matches[CHECKPOINT_MAX_RULES];
		struct ending e = { .s = s, .t = &s->registry->tables[i],
		    .matches = matches };

		e.n = e.t->scope == REGISTRY_SCHOOL ? checkpoint_match(c, e.t, matches) : 0;
		if (e.n == 0)
			continue;
		status = end_living(&e, c->scope);
		if (status == STATUS_OK)
			status = end_tombs(&e, c->scope);
		if (status == STATUS_OK)
			status = note_ended(s, c, e.t->id, e.rows,
			    ends_below(matches, e.n), now_s);
	}
	if (status == STATUS_OK)
		status = store_tombs_load(s);
	if (status == STATUS_OK)
		status = end_inbox(s, c);
	/* Answers to requests repeat what was written, summaries what was there. */
	return status == STATUS_OK ? store_answers_forget(s) : status;
}

int
store_refuse_ended(struct store *s, const struct registry_table *t, const uint8_t *keys,
    size_t len)
{
	struct checkpoint_match matches[CHECKPOINT_MAX_RULES];
	struct value values[REGISTRY_MAX_KEYS];
	size_t found = checkpoint_match(store_checkpoint(s, s->capture.author.scope), t,
	    matches);
	struct reader r;

	if (found == 0)
		return STATUS_OK;
	reader_init(&r, keys, len);
	for (unsigned i = 0; i < t->nkeys; i++)
		values[i] = value_read(&r);
	if (!checkpoint_ends(matches, found, values))
		return STATUS_OK;
	(void)snprintf(s->refusal, sizeof(s->refusal), "R18.ended");
	return STATUS_REFUSED;
}

int
store_vacuum(struct store *s)
{
	int status = store_truncate_log(s), after;

	/* It attaches the file that it writes, and not in memory. */
	(void)sqlite3_limit(s->db, SQLITE_LIMIT_ATTACHED, 1);
	if (status == STATUS_OK)
		status = store_exec(s, SYNC_SQL_VACUUM);
	(void)sqlite3_limit(s->db, SQLITE_LIMIT_ATTACHED, 0);
	after = store_exec(s, SYNC_SQL_VACUUMED);
	if (status == STATUS_OK)
		status = after;
	return status == STATUS_OK ? store_truncate_log(s) : status;
}
