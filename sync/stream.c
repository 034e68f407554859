#include "sync/stream.h"

#include <stdlib.h>
#include <string.h>

#include "sync/hash.h"

#define EPOCH_BYTES 5

enum { /* flags of a stream; the lower ones of a vector's entry alone */
	FLAG_LANE = 1,
	FLAG_FORK = 2,
	FLAG_SAME_NODE = 4,
	FLAG_SAME_EPOCH = 8,
	FLAG_SAME_SCOPE = 16,
	FLAGS = 31
};

static const uint8_t no_fork[8];

int
node_id_compare(const struct node_id *a, const struct node_id *b)
{
	return memcmp(a->b, b->b, NODE_ID_BYTES);
}

int
stream_id_compare(const struct stream_id *a, const struct stream_id *b)
{
	int c = node_id_compare(&a->node, &b->node);

	if (c)
		return c;
	if (a->epoch != b->epoch)
		return a->epoch < b->epoch ? -1 : 1;
	if (a->scope != b->scope)
		return a->scope < b->scope ? -1 : 1;
	if (a->lane != b->lane)
		return a->lane < b->lane ? -1 : 1;
	return memcmp(a->fork, b->fork, sizeof a->fork);
}

bool
stream_id_is_family(const struct stream_id *a, const struct stream_id *b)
{
	return node_id_compare(&a->node, &b->node) == 0 && a->epoch == b->epoch &&
	    a->scope == b->scope && a->lane == b->lane;
}

bool
stream_id_is_plain(const struct stream_id *s)
{
	return memcmp(s->fork, no_fork, sizeof s->fork) == 0;
}

static void
put_epoch(struct buffer *b, uint64_t epoch)
{
	int i;

	for (i = 0; i < EPOCH_BYTES; i++)
		buffer_put_u8(b, (uint8_t)(epoch >> 8 * i));
}

static uint64_t
read_epoch(struct reader *r)
{
	uint64_t epoch = 0;
	int i;

	for (i = 0; i < EPOCH_BYTES; i++)
		epoch |= (uint64_t)reader_u8(r) << 8 * i;
	if (epoch == 0 || epoch >> EPOCH_BITS)
		reader_fail(r);
	return epoch;
}

static uint64_t
read_scope(struct reader *r)
{
	uint64_t scope = reader_varint(r);

	if (!stream_scope_valid(scope))
		reader_fail(r);
	return scope;
}

static uint8_t
own_flags(const struct stream_id *s)
{
	return (uint8_t)((s->lane ? FLAG_LANE : 0)
	    | (memcmp(s->fork, no_fork, sizeof no_fork) ? FLAG_FORK : 0));
}

static uint8_t
same_flags(const struct stream_id *before, const struct stream_id *s)
{
	return (uint8_t)((node_id_compare(&before->node, &s->node) ? 0 : FLAG_SAME_NODE)
	    | (before->epoch != s->epoch ? 0 : FLAG_SAME_EPOCH)
	    | (before->scope != s->scope ? 0 : FLAG_SAME_SCOPE));
}

static void
put_after(struct buffer *b, const struct stream_id *before, const struct stream_id *s)
{
	uint8_t flags = own_flags(s);

	if (before)
		flags |= same_flags(before, s);
	buffer_put_u8(b, flags);
	if (!(flags & FLAG_SAME_NODE))
		buffer_put(b, s->node.b, NODE_ID_BYTES);
	if (!(flags & FLAG_SAME_EPOCH))
		put_epoch(b, s->epoch);
	if (!(flags & FLAG_SAME_SCOPE))
		buffer_put_varint(b, s->scope);
	if (flags & FLAG_FORK)
		buffer_put(b, s->fork, sizeof s->fork);
}

static void
read_after(struct reader *r, const struct stream_id *before, struct stream_id *ret)
{
	uint8_t flags = reader_u8(r);
	struct stream_id s = {0};

	if (flags & (before ? ~FLAGS : ~(FLAG_LANE | FLAG_FORK)))
		reader_fail(r);
	s.lane = flags & FLAG_LANE ? LANE_URGENT : LANE_ORDINARY;
	if (flags & FLAG_SAME_NODE && before)
		s.node = before->node;
	else
		reader_copy(r, s.node.b, NODE_ID_BYTES);
	s.epoch = flags & FLAG_SAME_EPOCH && before ? before->epoch : read_epoch(r);
	s.scope = flags & FLAG_SAME_SCOPE && before ? before->scope : read_scope(r);
	if (flags & FLAG_FORK)
		reader_copy(r, s.fork, sizeof s.fork);
	/* One way to write it: no empty fork, nothing repeated in full. */
	if (own_flags(&s) != (flags & (FLAG_LANE | FLAG_FORK)))
		reader_fail(r);
	if (before && same_flags(before, &s) != (flags & ~(FLAG_LANE | FLAG_FORK)))
		reader_fail(r);
	if (!r->failed)
		*ret = s;
}

void
stream_id_put(struct buffer *b, const struct stream_id *s)
{
	put_after(b, NULL, s);
}

void
stream_id_read(struct reader *r, struct stream_id *ret)
{
	read_after(r, NULL, ret);
}

void
vector_release(struct vector *v)
{
	free(v->entries);
	*v = (struct vector){0};
}

/* First entry that is not below s. */
static size_t
find(const struct vector *v, const struct stream_id *s)
{
	size_t low = 0, high = v->n;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (stream_id_compare(&v->entries[mid].stream, s) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static bool
is_at(const struct vector *v, size_t at, const struct stream_id *s)
{
	return at < v->n && stream_id_compare(&v->entries[at].stream, s) == 0;
}

uint64_t
vector_get(const struct vector *v, const struct stream_id *s)
{
	size_t at = find(v, s);

	return is_at(v, at, s) ? v->entries[at].through : 0;
}

int
vector_raise(struct vector *v, const struct stream_id *s, uint64_t through)
{
	size_t at = find(v, s);

	if (through == 0)
		return STATUS_OK;
	if (is_at(v, at, s)) {
		if (v->entries[at].through < through)
			v->entries[at].through = through;
		return STATUS_OK;
	}
	if (v->n >= VECTOR_MAX_ENTRIES)
		return STATUS_TOO_LARGE;
	if (v->n == v->cap) {
		size_t cap = v->cap ? v->cap * 2 : 8;
		struct vector_entry *entries = realloc(v->entries,
		    cap * sizeof *entries);

		if (!entries)
			return STATUS_NOMEM;
		v->entries = entries;
		v->cap = cap;
	}
	memmove(v->entries + at + 1, v->entries + at,
	    (v->n - at) * sizeof *v->entries);
	v->entries[at] = (struct vector_entry){*s, through};
	v->n++;
	return STATUS_OK;
}

void
vector_lower(struct vector *v, const struct stream_id *s, uint64_t through)
{
	size_t at = find(v, s);

	if (!is_at(v, at, s) || v->entries[at].through <= through)
		return;
	v->entries[at].through = through;
	if (through != 0)
		return;
	v->n--;
	memmove(v->entries + at, v->entries + at + 1, (v->n - at) * sizeof *v->entries);
}

int
vector_merge(struct vector *v, const struct vector *other)
{
	size_t i;
	int status = STATUS_OK;

	for (i = 0; i < other->n && status == STATUS_OK; i++)
		status = vector_raise(v, &other->entries[i].stream,
		    other->entries[i].through);
	return status;
}

int
vector_copy(struct vector *ret, const struct vector *from)
{
	struct vector copy = {0};
	int status = vector_merge(&copy, from);

	if (status != STATUS_OK) {
		vector_release(&copy);
		return status;
	}
	*ret = copy;
	return STATUS_OK;
}

int
vector_difference(const struct vector *a, const struct vector *b, struct vector *ret)
{
	struct vector difference = {0};
	size_t i;
	int status = STATUS_OK;

	for (i = 0; i < a->n && status == STATUS_OK; i++)
		if (vector_get(b, &a->entries[i].stream) < a->entries[i].through)
			status = vector_raise(&difference, &a->entries[i].stream,
			    a->entries[i].through);
	if (status != STATUS_OK) {
		vector_release(&difference);
		return status;
	}
	*ret = difference;
	return STATUS_OK;
}

bool
vector_covers(const struct vector *a, const struct vector *b)
{
	size_t i;

	for (i = 0; i < b->n; i++)
		if (vector_get(a, &b->entries[i].stream) < b->entries[i].through)
			return false;
	return true;
}

int
vector_digest(const struct vector *v, uint8_t ret[VECTOR_DIGEST_BYTES])
{
	struct buffer b = BUFFER_INIT;
	uint8_t hash[HASH_BYTES];
	int status;

	vector_put(&b, v);
	status = buffer_status(&b);
	if (status == STATUS_OK) {
		hash_bytes("kehou 1 vector", b.data, b.len, hash);
		memcpy(ret, hash, VECTOR_DIGEST_BYTES);
	}
	buffer_release(&b);
	return status;
}

void
vector_put(struct buffer *b, const struct vector *v)
{
	size_t i;

	buffer_put_varint(b, v->n);
	for (i = 0; i < v->n; i++) {
		put_after(b, i ? &v->entries[i - 1].stream : NULL,
		    &v->entries[i].stream);
		buffer_put_varint(b, v->entries[i].through);
	}
}

int
vector_read(struct reader *r, struct vector *ret)
{
	size_t n = reader_count(r, VECTOR_MAX_ENTRIES), i;
	struct stream_id before = {{{0}}, 0, 0, 0, {0}}, s = before;
	int status;

	for (i = 0; i < n; i++) {
		uint64_t through;

		read_after(r, i ? &before : NULL, &s);
		through = reader_varint(r);
		if (r->failed)
			return STATUS_TRUNCATED;
		if (through == 0 || (i && stream_id_compare(&before, &s) >= 0)) {
			reader_fail(r);
			return STATUS_MALFORMED;
		}
		status = vector_raise(ret, &s, through);
		if (status != STATUS_OK)
			return status;
		before = s;
	}
	return reader_status(r);
}
