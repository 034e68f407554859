/* Streams that two copies of a node continued: cut where they parted, each way on
 * under a name of its own. */
#include "sync/store_internal.h"

#include <string.h>

uint32_t
store_parent(const struct store *s, uint32_t writer)
{
	return writer >= 1 && writer <= s->nstreams ? s->streams[writer - 1].parent : 0;
}

/* A branch begins after what it branched off began. */
uint32_t
store_stream_next(const struct store *s, uint32_t writer)
{
	uint64_t base = writer == 0 ? 0 : s->streams[writer - 1].head.base;
	uint32_t next = 0;

	for (uint32_t i = 0; i < s->nstreams; i++) {
		uint64_t b = s->streams[i].head.base;

		if ((b > base || (b == base && i + 1 > writer)) &&
		    (next == 0 || b < s->streams[next - 1].head.base))
			next = i + 1;
	}
	return next;
}

static int
branch_add(struct store *s, uint32_t writer, uint32_t parent, uint64_t base)
{
	struct store_stmt *st;
	int status = store_statement(s, SYNC_SQL_BRANCH_ADD, &st);

	if (status != STATUS_OK)
		return status;
	store_bind_at(st, 1, value_int(writer));
	store_bind_at(st, 2, value_int(parent));
	store_bind_at(st, 3, value_int((int64_t)base));
	status = store_run(st);
	if (status == STATUS_OK) {
		s->streams[writer - 1].parent = parent;
		s->streams[writer - 1].head.base = base;
	}
	return status;
}

static bool
is_empty(const struct store *s, uint32_t writer)
{
	return writer >= 1 && writer <= s->nstreams &&
	    s->streams[writer - 1].head.logged == 0 && s->streams[writer - 1].parent == 0;
}

int
store_branch(struct store *s, uint32_t writer, uint32_t parent)
{
	struct store_head *head, from;
	int status;

	if (!is_empty(s, writer) || parent < 1 || parent > s->nstreams)
		return STATUS_USAGE;
	from = s->streams[parent - 1].head;
	status = branch_add(s, writer, parent, from.stored);
	if (status != STATUS_OK)
		return status;
	head = &s->streams[writer - 1].head;
	head->stored = head->logged = from.stored;
	memcpy(head->hash, from.hash, HASH_BYTES);
	return store_set_merged(s, writer, from.merged);
}

struct ending { uint64_t at; uint8_t hash[HASH_BYTES]; bool found; };

static int
ends_at(void *ctx, const struct store_segment *seg)
{
	struct ending *e = ctx;

	e->found = seg->first + seg->count - 1 == e->at;
	memcpy(e->hash, seg->hash, HASH_BYTES);
	return 1;
}

/* Moves what stands after a sequence from one stream to another. */
static int
move(struct store *s, const char *sql, uint32_t from, uint32_t to, uint64_t after)
{
	struct store_stmt *st;
	int status = store_statement(s, sql, &st);

	if (status != STATUS_OK)
		return status;
	store_bind_at(st, 1, value_int(from));
	store_bind_at(st, 2, value_int(to));
	store_bind_at(st, 3, value_int((int64_t)after));
	return store_run(st);
}

static int
move_held(struct store *s, uint32_t from, uint32_t to, uint64_t after)
{
	struct buffer a = BUFFER_INIT, b = BUFFER_INIT;
	struct store_stmt *st;
	int status;

	stream_id_put(&a, &s->streams[from - 1].id);
	stream_id_put(&b, &s->streams[to - 1].id);
	status = a.failed || b.failed ? STATUS_NOMEM :
	    store_statement(s, SYNC_SQL_SPLIT_HELD, &st);
	if (status == STATUS_OK) {
		store_bind_at(st, 1, value_blob(a.data, a.len));
		store_bind_at(st, 2, value_blob(b.data, b.len));
		store_bind_at(st, 3, value_int((int64_t)after));
		status = store_run(st);
	}
	buffer_release(&a);
	buffer_release(&b);
	return status;
}

static int
move_all(struct store *s, uint32_t from, uint32_t to, uint64_t after)
{
	static const char *const texts[] = { SYNC_SQL_SPLIT_SEGMENTS,
	    SYNC_SQL_SPLIT_KNOWS, SYNC_SQL_SPLIT_WINNERS, SYNC_SQL_SPLIT_LOSERS,
	    SYNC_SQL_SPLIT_BRANCHES };
	int status = STATUS_OK;

	for (size_t i = 0; status == STATUS_OK && i < sizeof(texts) / sizeof(texts[0]); i++)
		status = move(s, texts[i], from, to, after);
	if (status == STATUS_OK)
		status = move_held(s, from, to, after);
	for (uint32_t i = 0; status == STATUS_OK && i < s->nstreams; i++)
		if (s->streams[i].parent == from && s->streams[i].head.base > after)
			s->streams[i].parent = to;
	return status;
}

int
store_split(struct store *s, uint32_t writer, uint64_t after, uint32_t to)
{
	struct ending e = { .at = after, .found = after == 0 };
	struct store_head *from, *head;
	uint64_t ended = 0;
	int status = STATUS_OK;

	if (writer < 1 || writer > s->nstreams || writer == to || !is_empty(s, to))
		return STATUS_USAGE;
	from = &s->streams[writer - 1].head;
	if (from->logged != from->stored || after >= from->stored ||
	    (after != 0 && after <= from->base))
		return STATUS_USAGE;
	if (after != 0)
		status = store_base(s, writer, &ended, e.hash);
	e.found |= after != 0 && ended == after;
	if (status == STATUS_OK && !e.found)
		status = store_segments(s, writer, after - 1, ends_at, &e);
	if (status < 0 || !e.found)
		return status < 0 ? status : STATUS_USAGE;
	status = move_all(s, writer, to, after);
	if (status == STATUS_OK)
		status = branch_add(s, to, writer, after);
	if (status != STATUS_OK)
		return status;
	head = &s->streams[to - 1].head;
	head->stored = head->logged = from->stored;
	memcpy(head->hash, from->hash, HASH_BYTES);
	status = store_set_merged(s, to, from->merged);
	from->stored = from->logged = after;
	memcpy(from->hash, e.hash, HASH_BYTES);
	if (status == STATUS_OK && from->merged > after)
		status = store_set_merged(s, writer, after);
	return status;
}

static int
cut_one(struct store *s, const char *sql, struct value of, uint64_t after)
{
	struct store_stmt *st;
	int status = store_statement(s, sql, &st);

	if (status != STATUS_OK)
		return status;
	store_bind_at(st, 1, of);
	store_bind_at(st, 2, value_int((int64_t)after));
	return store_run(st);
}

int
store_cut(struct store *s, uint32_t writer, uint64_t after)
{
	struct buffer id = BUFFER_INIT;
	int status;

	if (writer < 1 || writer > s->nstreams)
		return STATUS_USAGE;
	stream_id_put(&id, &s->streams[writer - 1].id);
	status = buffer_status(&id);
	if (status == STATUS_OK)
		status = cut_one(s, SYNC_SQL_CUT_SEGMENTS, value_int(writer), after);
	if (status == STATUS_OK)
		status = cut_one(s, SYNC_SQL_CUT_KNOWS, value_int(writer), after);
	if (status == STATUS_OK)
		status = cut_one(s, SYNC_SQL_CUT_HELD, value_blob(id.data, id.len), after);
	if (status == STATUS_OK && s->streams[writer - 1].head.merged > after)
		status = store_set_merged(s, writer, after);
	if (status == STATUS_OK)
		status = store_touch(s, s->streams[writer - 1].id.scope);
	buffer_release(&id);
	/* The head is that of the segment which is the last one now. */
	s->nstreams = 0;
	return status == STATUS_OK ? store_streams_load(s) : status;
}
