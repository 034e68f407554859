/* Streams, segments and who knew what. */
#include "sync/store_internal.h"

#include <stdlib.h>
#include <string.h>

static int
stream_grow(struct store *s)
{
	uint32_t cap = s->stream_cap == 0 ? 16 : 2 * s->stream_cap;
	struct store_stream_state *p = realloc(s->streams, cap * sizeof(*p));

	if (p == NULL)
		return STATUS_NOMEM;
	s->streams = p;
	s->stream_cap = cap;
	return STATUS_OK;
}

static int
stream_row(struct store *s, const struct store_stmt *st)
{
	struct store_stream_state *x;
	struct value id = store_column(st, 1), hash;
	struct reader r;

	if ((uint64_t)store_column(st, 0).i != (uint64_t)s->nstreams + 1)
		return STATUS_CORRUPT;
	if (s->nstreams == s->stream_cap && stream_grow(s) != STATUS_OK)
		return STATUS_NOMEM;
	x = &s->streams[s->nstreams];
	memset(x, 0, sizeof(*x));
	reader_init(&r, id.p, id.len);
	stream_id_read(&r, &x->id);
	if (reader_end(&r) != STATUS_OK)
		return STATUS_CORRUPT;
	x->head.merged = (uint64_t)store_column(st, 2).i;
	x->head.stored = (uint64_t)store_column(st, 3).i;
	hash = store_column(st, 4);
	if (hash.type == VALUE_BLOB && hash.len == HASH_BYTES)
		memcpy(x->head.hash, hash.p, HASH_BYTES);
	x->head.logged = (uint64_t)store_column(st, 5).i;
	x->parent = (uint32_t)store_column(st, 6).i;
	x->head.base = (uint64_t)store_column(st, 7).i;
	if (x->head.stored < x->head.base)
		return STATUS_CORRUPT;
	if (x->head.logged < x->head.stored)
		x->head.logged = x->head.stored;
	s->nstreams++;
	return STATUS_OK;
}

int
store_streams_load(struct store *s)
{
	struct store_stmt *st;
	bool row;
	int status = store_statement(s, SYNC_SQL_STREAMS, &st);

	if (status != STATUS_OK)
		return status;
	s->nstreams = 0;
	while ((status = store_step(st, &row)) == STATUS_OK && row) {
		status = stream_row(s, st);
		if (status != STATUS_OK)
			break;
	}
	store_reset(st);
	return status;
}

int
store_stream(struct store *s, const struct stream_id *id, uint32_t *ret_writer)
{
	struct buffer b = BUFFER_INIT;
	struct store_stmt *st;
	int status;

	for (uint32_t i = 0; i < s->nstreams; i++) {
		if (stream_id_compare(&s->streams[i].id, id) == 0) {
			*ret_writer = i + 1;
			return STATUS_OK;
		}
	}
	if (s->nstreams + 1 >= 1u << WRITER_BITS)
		return STATUS_TOO_LARGE;
	if (s->nstreams == s->stream_cap && stream_grow(s) != STATUS_OK)
		return STATUS_NOMEM;
	stream_id_put(&b, id);
	status = buffer_status(&b);
	if (status == STATUS_OK)
		status = store_statement(s, SYNC_SQL_STREAM_ADD, &st);
	if (status == STATUS_OK) {
		store_bind_at(st, 1, value_int((int64_t)s->nstreams + 1));
		store_bind_at(st, 2, value_blob(b.data, b.len));
		status = store_run(st);
	}
	buffer_release(&b);
	if (status != STATUS_OK)
		return status;
	memset(&s->streams[s->nstreams], 0, sizeof(s->streams[0]));
	s->streams[s->nstreams].id = *id;
	*ret_writer = ++s->nstreams;
	return STATUS_OK;
}

const struct stream_id *
store_stream_id(const struct store *s, uint32_t writer)
{
	return writer >= 1 && writer <= s->nstreams ? &s->streams[writer - 1].id : NULL;
}

uint32_t store_stream_count(const struct store *s) { return s->nstreams; }

int
store_head(struct store *s, uint32_t writer, struct store_head *ret)
{
	if (writer < 1 || writer > s->nstreams)
		return STATUS_NOT_FOUND;
	*ret = s->streams[writer - 1].head;
	return STATUS_OK;
}

int
store_vector(struct store *s, uint64_t scope, bool merged, struct vector *ret)
{
	for (uint32_t i = 0; i < s->nstreams; i++) {
		const struct store_stream_state *x = &s->streams[i];
		uint64_t through = merged ? x->head.merged : x->head.stored;
		int status;

		if (x->id.scope != scope || through == 0)
			continue;
		status = vector_raise(ret, &x->id, through);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

int
store_writer_compare(void *ctx, uint32_t a, uint32_t b)
{
	const struct store *s = ctx;
	const struct stream_id *x = store_stream_id(s, a), *y = store_stream_id(s, b);

	if (x == NULL || y == NULL)
		return (x != NULL) - (y != NULL);
	return node_id_compare(&x->node, &y->node);
}

/* ---- segments ---- */

static int
add_knows(struct store *s, const struct store_segment *seg)
{
	for (size_t i = 0; seg->knows != NULL && i < seg->knows->n; i++) {
		const struct vector_entry *e = &seg->knows->entries[i];
		struct store_stmt *st;
		uint32_t of;
		int status = store_stream(s, &e->stream, &of);

		if (status == STATUS_OK)
			status = store_statement(s, SYNC_SQL_KNOWS_ADD, &st);
		if (status != STATUS_OK)
			return status;
		store_bind_at(st, 1, value_int(seg->writer));
		store_bind_at(st, 2, value_int(of));
		store_bind_at(st, 3, value_int((int64_t)seg->first));
		store_bind_at(st, 4, value_int((int64_t)e->through));
		status = store_run(st);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

int
store_segment_add(struct store *s, const struct store_segment *seg)
{
	struct store_head *head;
	struct store_stmt *st;
	int status;

	if (seg->writer < 1 || seg->writer > s->nstreams)
		return STATUS_NOT_FOUND;
	if (seg->first != s->streams[seg->writer - 1].head.stored + 1 || seg->count == 0)
		return STATUS_USAGE;
	status = store_statement(s, SYNC_SQL_SEGMENT_ADD, &st);
	if (status != STATUS_OK)
		return status;
	store_bind_at(st, 1, value_int(seg->writer));
	store_bind_at(st, 2, value_int((int64_t)seg->first));
	store_bind_at(st, 3, value_int(seg->count));
	store_bind_at(st, 4, value_blob(seg->hash, HASH_BYTES));
	store_bind_at(st, 5, value_int(seg->min_time_s));
	store_bind_at(st, 6, value_int(seg->max_time_s));
	store_bind_at(st, 7, value_blob(seg->packed, seg->packed_len));
	status = store_run(st);
	if (status == STATUS_OK)
		status = add_knows(s, seg);
	if (status != STATUS_OK)
		return status;
	head = &s->streams[seg->writer - 1].head;
	head->stored = seg->first + seg->count - 1;
	memcpy(head->hash, seg->hash, HASH_BYTES);
	if (head->logged < head->stored)
		head->logged = head->stored;
	return STATUS_OK;
}

int
store_set_merged(struct store *s, uint32_t writer, uint64_t through)
{
	struct store_stmt *st;
	int status;

	if (writer < 1 || writer > s->nstreams)
		return STATUS_NOT_FOUND;
	status = store_statement(s, SYNC_SQL_STREAM_MERGED, &st);
	if (status != STATUS_OK)
		return status;
	store_bind_at(st, 1, value_int(writer));
	store_bind_at(st, 2, value_int((int64_t)through));
	status = store_run(st);
	if (status == STATUS_OK)
		s->streams[writer - 1].head.merged = through;
	return status;
}

int
store_seal(struct store *s, const struct store_segment *seg)
{
	struct store_stmt *st;
	int status = store_segment_add(s, seg);

	if (status == STATUS_OK)
		status = store_set_merged(s, seg->writer, seg->first + seg->count - 1);
	if (status == STATUS_OK)
		status = store_statement(s, SYNC_SQL_LOG_REMOVE, &st);
	if (status != STATUS_OK)
		return status;
	store_bind_at(st, 1, value_int(seg->writer));
	store_bind_at(st, 2, value_int((int64_t)(seg->first + seg->count - 1)));
	return store_run(st);
}

int
store_log_move(struct store *s, uint32_t from, uint32_t to)
{
	struct store_head *a, *b;
	struct store_stmt *st;
	int status;

	if (from < 1 || from > s->nstreams || to < 1 || to > s->nstreams || from == to)
		return STATUS_USAGE;
	a = &s->streams[from - 1].head;
	b = &s->streams[to - 1].head;
	status = store_statement(s, SYNC_SQL_LOG_MOVE, &st);
	if (status != STATUS_OK)
		return status;
	store_bind_at(st, 1, value_int(from));
	store_bind_at(st, 2, value_int(to));
	store_bind_at(st, 3, value_int((int64_t)a->stored));
	store_bind_at(st, 4, value_int((int64_t)b->logged));
	status = store_run(st);
	if (status == STATUS_OK) {
		b->logged += a->logged - a->stored;
		a->logged = a->stored;
	}
	return status;
}

int
store_segments(struct store *s, uint32_t writer, uint64_t after,
    store_segment_visit *visit, void *ctx)
{
	struct store_stmt *st;
	bool row;
	int status = store_statement(s, SYNC_SQL_SEGMENT_LIST, &st);

	if (status != STATUS_OK)
		return status;
	store_bind_at(st, 1, value_int(writer));
	store_bind_at(st, 2, value_int(after > INT64_MAX / 2 ? INT64_MAX / 2 :
	    (int64_t)after));
	while ((status = store_step(st, &row)) == STATUS_OK && row) {
		struct value hash = store_column(st, 2), packed = store_column(st, 5);
		struct store_segment seg = {
			.writer = writer,
			.first = (uint64_t)store_column(st, 0).i,
			.count = (uint32_t)store_column(st, 1).i,
			.min_time_s = store_column(st, 3).i,
			.max_time_s = store_column(st, 4).i,
			.packed = packed.p,
			.packed_len = packed.len,
		};

		if (hash.type != VALUE_BLOB || hash.len != HASH_BYTES) {
			status = STATUS_CORRUPT;
			break;
		}
		memcpy(seg.hash, hash.p, HASH_BYTES);
		status = visit(ctx, &seg);
		if (status != 0)
			break;
	}
	store_reset(st);
	return status;
}

static int
said(struct store *s, uint32_t writer, uint64_t seq, uint32_t of, uint64_t *ret)
{
	struct store_stmt *st;
	bool row = false;
	int status = store_statement(s, SYNC_SQL_KNOWS_GET, &st);

	if (status != STATUS_OK)
		return status;
	store_bind_at(st, 1, value_int(writer));
	store_bind_at(st, 2, value_int(of));
	store_bind_at(st, 3, value_int(seq > INT64_MAX ? INT64_MAX : (int64_t)seq));
	status = store_step(st, &row);
	if (status == STATUS_OK)
		*ret = row ? (uint64_t)store_column(st, 0).i : 0;
	store_reset(st);
	return status;
}

int
store_knows(struct store *s, uint32_t writer, uint64_t seq, uint32_t of,
    uint64_t *ret_through)
{
	uint64_t most = 0;

	for (uint32_t w = writer; w != 0; w = store_parent(s, w)) {
		uint64_t through = 0;
		int status = STATUS_OK;

		if (w == of && w != writer)
			through = s->streams[w - 1].head.stored;
		else
			status = said(s, w, seq, of, &through);
		if (status != STATUS_OK)
			return status;
		if (through > most)
			most = through;
	}
	*ret_through = most;
	return STATUS_OK;
}
