/* What stays on this node: named bytes, inbox, answers to requests, held segments. */
#include "sync/store_internal.h"

#include <string.h>

/* ---- named bytes ---- */

/* Steps a bound statement of one datum, and gives it back. */
static int
step_data(struct store_stmt *st, struct buffer *ret)
{
	bool row = false;
	int status = store_step(st, &row);

	if (status == STATUS_OK && !row)
		status = STATUS_NOT_FOUND;
	if (status == STATUS_OK) {
		struct value v = store_column(st, 0);

		if (v.len > 0)
			buffer_put(ret, v.p, v.len);
		status = buffer_status(ret);
	}
	store_reset(st);
	return status;
}

int
store_meta_get(struct store *s, const char *space, const char *name,
    struct buffer *ret)
{
	struct store_stmt *st;
	int status = store_statement(s, SYNC_SQL_META_GET, &st);

	if (status != STATUS_OK)
		return status;
	store_bind_at(st, 1, value_text(space, strlen(space)));
	store_bind_at(st, 2, value_text(name, strlen(name)));
	return step_data(st, ret);
}

int
store_meta_set(struct store *s, const char *space, const char *name,
    const void *data, size_t len)
{
	struct store_stmt *st;
	int status = store_statement(s, data == NULL ? SYNC_SQL_META_REMOVE :
	    SYNC_SQL_META_SET, &st);

	if (status != STATUS_OK)
		return status;
	store_bind_at(st, 1, value_text(space, strlen(space)));
	store_bind_at(st, 2, value_text(name, strlen(name)));
	if (data != NULL)
		store_bind_at(st, 3, value_blob(data, len));
	return store_run(st);
}

/* Steps a bound statement of names and data, and gives it back. */
static int
meta_visit(struct store_stmt *st, store_meta_visit *visit, void *ctx)
{
	bool row;
	int status;

	while ((status = store_step(st, &row)) == STATUS_OK && row) {
		struct value data = store_column(st, 1);

		status = visit(ctx, (const char *)store_column(st, 0).p, data.p,
		    data.len);
		if (status != 0)
			break;
	}
	store_reset(st);
	return status;
}

int
store_meta_list(struct store *s, const char *space, store_meta_visit *visit,
    void *ctx)
{
	struct store_stmt *st;
	int status = store_statement(s, SYNC_SQL_META_LIST, &st);

	if (status != STATUS_OK)
		return status;
	store_bind_at(st, 1, value_text(space, strlen(space)));
	return meta_visit(st, visit, ctx);
}

int
store_meta_range(struct store *s, const char *space, const char *from, const char *to,
    store_meta_visit *visit, void *ctx)
{
	struct store_stmt *st;
	int status = store_statement(s, SYNC_SQL_META_RANGE, &st);

	if (status != STATUS_OK)
		return status;
	store_bind_at(st, 1, value_text(space, strlen(space)));
	store_bind_at(st, 2, value_text(from, strlen(from)));
	store_bind_at(st, 3, value_text(to, strlen(to)));
	return meta_visit(st, visit, ctx);
}

int
store_meta_clear(struct store *s, const char *space)
{
	struct store_stmt *st;
	int status = store_statement(s, SYNC_SQL_META_CLEAR, &st);

	if (status != STATUS_OK)
		return status;
	store_bind_at(st, 1, value_text(space, strlen(space)));
	return store_run(st);
}

int
store_meta_prefix(struct store *s, const char *space, const char *prefix,
    store_meta_visit *visit, void *ctx)
{
	struct buffer to = BUFFER_INIT;
	int status;

	buffer_put(&to, prefix, strlen(prefix));
	buffer_put(&to, "~", 2);
	status = buffer_status(&to);
	if (status == STATUS_OK)
		status = store_meta_range(s, space, prefix, (const char *)to.data, visit, ctx);
	buffer_release(&to);
	return status;
}

int
store_meta_count(struct store *s, const char *space, uint64_t *ret)
{
	struct store_stmt *st;
	bool row = false;
	int status = store_statement(s, SYNC_SQL_META_COUNT, &st);

	if (status != STATUS_OK)
		return status;
	store_bind_at(st, 1, value_text(space, strlen(space)));
	status = store_step(st, &row);
	if (status == STATUS_OK)
		*ret = row ? (uint64_t)store_column(st, 0).i : 0;
	store_reset(st);
	return status;
}

/* ---- one number ---- */

static int
count(struct store *s, const char *sql, uint64_t *ret)
{
	struct store_stmt *st;
	bool row = false;
	int status = store_statement(s, sql, &st);

	if (status != STATUS_OK)
		return status;
	status = store_step(st, &row);
	if (status == STATUS_OK)
		*ret = row ? (uint64_t)store_column(st, 0).i : 0;
	store_reset(st);
	return status;
}

/* ---- inbox ---- */

int
store_inbox_count(struct store *s, uint64_t *ret)
{
	*ret = s->inbox;
	return STATUS_OK;
}

int
store_inbox_count_load(struct store *s)
{
	return count(s, SYNC_SQL_INBOX_COUNT, &s->inbox);
}

int
store_inbox_add(struct store *s, const struct store_conflict *c)
{
	struct store_stmt *st;
	int status = store_statement(s, SYNC_SQL_INBOX_ADD, &st);

	if (status != STATUS_OK)
		return status;
	store_bind_at(st, 1, value_int(c->table));
	store_bind_at(st, 2, value_int(c->column));
	store_bind_at(st, 3, value_int((int64_t)c->scope));
	store_bind_at(st, 4, value_blob(c->key.data, c->key.len));
	store_bind_at(st, 5, c->winner);
	store_bind_at(st, 6, c->loser);
	store_bind_at(st, 7, value_int(c->winner_writer));
	store_bind_at(st, 8, value_int((int64_t)c->winner_stamp));
	store_bind_at(st, 9, value_int((int64_t)c->winner_seq));
	store_bind_at(st, 10, value_int(c->loser_writer));
	store_bind_at(st, 11, value_int((int64_t)c->loser_stamp));
	store_bind_at(st, 12, value_int((int64_t)c->loser_seq));
	status = store_run(st);
	if (status == STATUS_OK && sqlite3_changes(s->db) == 0)
		status = STATUS_EXISTS;
	if (status == STATUS_OK)
		s->inbox++;
	return status;
}

static int
knew(struct store *s, uint32_t writer, uint64_t seq, uint32_t of, uint64_t of_seq,
    bool *ret)
{
	uint64_t through = 0;
	int status = STATUS_OK;

	if (of == writer)
		through = seq;
	else
		status = store_knows(s, writer, seq, of, &through);
	*ret = through > 0 && through >= of_seq;
	return status;
}

int
store_inbox_close(struct store *s, uint16_t table, uint16_t column,
    const uint8_t *key, size_t key_len, uint32_t writer, uint64_t seq)
{
	struct store_stmt *st, *rm;
	bool row;
	int status;

	if (s->inbox == 0)
		return STATUS_OK;
	status = store_statement(s, SYNC_SQL_INBOX_OF, &st);
	if (status != STATUS_OK)
		return status;
	store_bind_at(st, 1, value_int(table));
	store_bind_at(st, 2, value_int(column));
	store_bind_at(st, 3, value_blob(key, key_len));
	while ((status = store_step(st, &row)) == STATUS_OK && row) {
		int64_t id = store_column(st, 0).i;
		bool a = false, b = false;

		status = knew(s, writer, seq, (uint32_t)store_column(st, 1).i,
		    (uint64_t)store_column(st, 2).i, &a);
		if (status == STATUS_OK)
			status = knew(s, writer, seq, (uint32_t)store_column(st, 3).i,
			    (uint64_t)store_column(st, 4).i, &b);
		if (status == STATUS_OK && a && b) {
			status = store_statement(s, SYNC_SQL_INBOX_REMOVE, &rm);
			if (status == STATUS_OK) {
				store_bind_at(rm, 1, value_int(id));
				status = store_run(rm);
			}
		}
		if (status != STATUS_OK)
			break;
	}
	store_reset(st);
	return status == STATUS_OK ? store_inbox_count_load(s) : status;
}

int
store_inbox(struct store *s, store_inbox_visit *visit, void *ctx)
{
	struct store_stmt *st;
	bool row;
	int status = store_statement(s, SYNC_SQL_INBOX_LIST, &st);

	if (status != STATUS_OK)
		return status;
	while ((status = store_step(st, &row)) == STATUS_OK && row) {
		struct value key = store_column(st, 4);
		struct store_conflict c = {
			.id = store_column(st, 0).i,
			.table = (uint16_t)store_column(st, 1).i,
			.column = (uint16_t)store_column(st, 2).i,
			.scope = (uint64_t)store_column(st, 3).i,
			.winner = store_column(st, 5),
			.loser = store_column(st, 6),
			.winner_writer = (uint32_t)store_column(st, 7).i,
			.winner_stamp = (uint64_t)store_column(st, 8).i,
			.winner_seq = (uint64_t)store_column(st, 9).i,
			.loser_writer = (uint32_t)store_column(st, 10).i,
			.loser_stamp = (uint64_t)store_column(st, 11).i,
			.loser_seq = (uint64_t)store_column(st, 12).i,
		};

		buffer_put(&c.key, key.p, key.len);
		status = buffer_status(&c.key);
		if (status == STATUS_OK)
			status = visit(ctx, &c);
		buffer_release(&c.key);
		if (status != 0)
			break;
	}
	store_reset(st);
	return status;
}

/* ---- answers to requests ---- */

static int
answer_statement(struct store *s, const char *sql, const char *kind, const char *request,
    struct store_stmt **ret)
{
	int status = store_statement(s, sql, ret);

	if (status != STATUS_OK)
		return status;
	store_bind_at(*ret, 1, value_text(kind, strlen(kind)));
	store_bind_at(*ret, 2, value_text(request, strlen(request)));
	return STATUS_OK;
}

int
store_answer_get(struct store *s, const char *kind, const char *request,
    struct buffer *ret)
{
	struct store_stmt *st;
	int status = answer_statement(s, SYNC_SQL_ANSWER_GET, kind, request, &st);

	return status == STATUS_OK ? step_data(st, ret) : status;
}

/* The two oldest, so that a heap of them is gone after as many requests. */
static int
prune_answers(struct store *s, int64_t now_s)
{
	struct store_stmt *st;
	int status = store_statement(s, SYNC_SQL_ANSWERS_PRUNE, &st);

	if (status != STATUS_OK)
		return status;
	store_bind_at(st, 1, value_int(STORE_ANSWERS_MOST));
	store_bind_at(st, 2, value_int(now_s - INT64_C(86400) * STORE_ANSWER_DAYS));
	store_bind_at(st, 3, value_int(STORE_ANSWERS_LEAST));
	return store_run(st);
}

int
store_answer_put(struct store *s, const char *kind, const char *request,
    const void *data, size_t len)
{
	int64_t now_s = s->capture.author.time_s;
	struct store_stmt *st;
	int status = answer_statement(s, SYNC_SQL_ANSWER_PUT, kind, request, &st);

	if (status != STATUS_OK)
		return status;
	store_bind_at(st, 3, value_int(now_s));
	store_bind_at(st, 4, value_blob(data, len));
	status = store_run(st);
	return status == STATUS_OK ? prune_answers(s, now_s) : status;
}

int
store_answers_forget(struct store *s)
{
	struct store_stmt *st;
	int status = store_statement(s, SYNC_SQL_ANSWERS_FORGET, &st);

	if (status == STATUS_OK)
		status = store_run(st);
	if (status == STATUS_OK)
		status = store_statement(s, SYNC_SQL_SUMMARIES_FORGET, &st);
	return status == STATUS_OK ? store_run(st) : status;
}

/* ---- held ---- */

int
store_held_add(struct store *s, const struct store_held *h)
{
	struct buffer stream = BUFFER_INIT;
	uint8_t digest[HASH_BYTES];
	struct store_stmt *st;
	int status;

	hash_bytes("kehou 1 file", h->packed, h->packed == NULL ? 0 : h->packed_len,
	    digest);
	stream_id_put(&stream, &h->stream);
	status = buffer_status(&stream);
	if (status == STATUS_OK)
		status = store_statement(s, SYNC_SQL_HELD_ADD, &st);
	if (status == STATUS_OK) {
		store_bind_at(st, 1, value_int(h->reason));
		store_bind_at(st, 2, value_blob(stream.data, stream.len));
		store_bind_at(st, 3, value_int((int64_t)h->first));
		store_bind_at(st, 4, value_int(h->count));
		store_bind_at(st, 5, h->packed == NULL ? value_null() :
		    value_blob(h->packed, h->packed_len));
		store_bind_at(st, 6, value_blob(digest, h->packed == NULL ? 0 : 8));
		status = store_run(st);
	}
	buffer_release(&stream);
	return status;
}

/* Visits what a bound statement finds and gives it back. */
static int
held_visit(struct store_stmt *st, store_held_visit *visit, void *ctx)
{
	bool row;
	int status;

	while ((status = store_step(st, &row)) == STATUS_OK && row) {
		struct value id = store_column(st, 2), packed = store_column(st, 5);
		struct store_held h = {
			.id = store_column(st, 0).i,
			.reason = (int)store_column(st, 1).i,
			.first = (uint64_t)store_column(st, 3).i,
			.count = (uint32_t)store_column(st, 4).i,
			.packed = packed.type == VALUE_BLOB ? packed.p : NULL,
			.packed_len = packed.type == VALUE_BLOB ? packed.len : 0,
		};
		struct reader r;

		reader_init(&r, id.p, id.len);
		stream_id_read(&r, &h.stream);
		status = reader_end(&r) == STATUS_OK ? visit(ctx, &h) : STATUS_CORRUPT;
		if (status != 0)
			break;
	}
	store_reset(st);
	return status;
}

int
store_held(struct store *s, int reason, store_held_visit *visit, void *ctx)
{
	struct store_stmt *st;
	int status = store_statement(s, SYNC_SQL_HELD_LIST, &st);

	if (status != STATUS_OK)
		return status;
	store_bind_at(st, 1, value_int(reason));
	return held_visit(st, visit, ctx);
}

int
store_held_at(struct store *s, int reason, const struct stream_id *stream,
    uint64_t first, store_held_visit *visit, void *ctx)
{
	struct buffer id = BUFFER_INIT;
	struct store_stmt *st;
	int status;

	stream_id_put(&id, stream);
	status = buffer_status(&id);
	if (status == STATUS_OK)
		status = store_statement(s, SYNC_SQL_HELD_AT, &st);
	if (status == STATUS_OK) {
		store_bind_at(st, 1, value_blob(id.data, id.len));
		store_bind_at(st, 2, value_int((int64_t)first));
		store_bind_at(st, 3, value_int(reason));
		status = held_visit(st, visit, ctx);
	}
	buffer_release(&id);
	return status;
}

int
store_held_size(struct store *s, int reason, uint64_t *ret_n, uint64_t *ret_bytes)
{
	struct store_stmt *st;
	bool row = false;
	int status = store_statement(s, SYNC_SQL_HELD_SIZE, &st);

	if (status != STATUS_OK)
		return status;
	store_bind_at(st, 1, value_int(reason));
	status = store_step(st, &row);
	if (status == STATUS_OK) {
		*ret_n = row ? (uint64_t)store_column(st, 0).i : 0;
		*ret_bytes = row ? (uint64_t)store_column(st, 1).i : 0;
	}
	store_reset(st);
	return status;
}

int
store_held_remove(struct store *s, int64_t id)
{
	struct store_stmt *st;
	int status = store_statement(s, SYNC_SQL_HELD_REMOVE, &st);

	if (status != STATUS_OK)
		return status;
	store_bind_at(st, 1, value_int(id));
	return store_run(st);
}

int
store_held_count(struct store *s, uint64_t *ret)
{
	return count(s, SYNC_SQL_HELD_COUNT, ret);
}

int
store_touch(struct store *s, uint64_t scope)
{
	struct store_stmt *st;
	int status;

	for (size_t i = 0; i < s->ntouched; i++)
		if (s->touched[i] == scope)
			return STATUS_OK;
	status = store_statement(s, SYNC_SQL_CHANGE_ADD, &st);
	if (status != STATUS_OK)
		return status;
	store_bind_at(st, 1, value_int((int64_t)scope));
	status = store_run(st);
	/* Where it does not fit it is counted once more: no harm. */
	if (status == STATUS_OK && s->ntouched < sizeof(s->touched) / sizeof(s->touched[0]))
		s->touched[s->ntouched++] = scope;
	return status;
}

static int
first_number(struct store_stmt *st, uint64_t *ret)
{
	bool row = false;
	int status = store_step(st, &row);

	if (status == STATUS_OK)
		*ret = row ? (uint64_t)store_column(st, 0).i : 0;
	store_reset(st);
	return status;
}

int
store_changes(struct store *s, uint64_t scope, uint64_t *ret)
{
	struct store_stmt *st;
	int status = store_statement(s, SYNC_SQL_CHANGE_GET, &st);

	if (status != STATUS_OK)
		return status;
	store_bind_at(st, 1, value_int((int64_t)scope));
	return first_number(st, ret);
}

int
store_changes_all(struct store *s, uint64_t *ret)
{
	struct store_stmt *st;
	int status = store_statement(s, SYNC_SQL_CHANGE_ALL, &st);

	return status != STATUS_OK ? status : first_number(st, ret);
}
