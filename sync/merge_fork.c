/* Two copies of a node that write under one name: where they part, the stream ends,
 * and each way on is a stream of its own, named by its first hash. */
#include "sync/merge_internal.h"

#include <string.h>

bool
merge_fork_family(const struct merge *m, const struct stream_id *s, uint32_t *at,
    struct store_head *ret_head)
{
	while (++*at <= store_stream_count(m->store)) {
		const struct stream_id *id = store_stream_id(m->store, *at);

		if (!stream_id_is_family(id, s) ||
		    store_head(m->store, *at, ret_head) != STATUS_OK)
			continue;
		/* A branch that others name and that is not here. */
		if (!stream_id_is_plain(id) && ret_head->stored == 0)
			continue;
		return true;
	}
	return false;
}

/* ---- where a segment belongs ---- */

struct same {
	const uint8_t *packed;
	size_t len;
	uint64_t first;
	int verdict; /* 1 the same bytes, 0 other bytes */
};

static int
same_bytes(void *ctx, const struct store_segment *seg)
{
	struct same *s = ctx;

	s->verdict = seg->first == s->first && seg->packed_len == s->len &&
	    memcmp(seg->packed, s->packed, s->len) == 0;
	return 1;
}

int
merge_fork_knows(struct merge *m, const uint8_t *packed, size_t len,
    const struct segment_header *h, bool *ret_known, bool *ret_near)
{
	struct same s = { .packed = packed, .len = len, .first = h->first };
	struct store_head head;
	uint32_t at = 0;

	*ret_near = h->first == 1;
	while (s.verdict != 1 && merge_fork_family(m, &h->stream, &at, &head)) {
		uint8_t hash[HASH_BYTES];
		uint64_t ended;
		int status = store_base(m->store, at, &ended, hash);

		*ret_near |= h->first <= head.stored + 1;
		/* Its history has ended here: what it said is in the checkpoint, or gone. */
		if (status == STATUS_OK && h->first + h->count - 1 <= ended)
			s.verdict = 1;
		else if (status == STATUS_OK && h->first > head.base && h->first <= head.stored)
			status = store_segments(m->store, at, h->first - 1, same_bytes, &s);
		if (status < 0)
			return status;
	}
	*ret_known = s.verdict == 1;
	return STATUS_OK;
}

struct spot {
	uint64_t first;
	uint8_t before[HASH_BYTES]; /* hash of the segment that ends at first - 1 */
	uint8_t here[HASH_BYTES];   /* of the one that begins at first */
	bool has_before, has_here;
};

static int
look(void *ctx, const struct store_segment *seg)
{
	struct spot *s = ctx;

	if (seg->first + seg->count == s->first) {
		memcpy(s->before, seg->hash, HASH_BYTES);
		s->has_before = true;
	}
	if (seg->first == s->first) {
		memcpy(s->here, seg->hash, HASH_BYTES);
		s->has_here = true;
	}
	return seg->first >= s->first;
}

/* What a stream has around a sequence. */
static int
spot_of(struct merge *m, uint32_t writer, const struct store_head *head, struct spot *s)
{
	uint32_t parent = store_parent(m->store, writer);
	struct store_head above;
	uint64_t ended = 0;
	int status = STATUS_OK;

	if (s->first == head->stored + 1) {
		memcpy(s->before, head->hash, HASH_BYTES);
		s->has_before = true;
		return STATUS_OK;
	}
	if (s->first == 1)
		s->has_before = true;
	else
		status = store_base(m->store, writer, &ended, s->before);
	/* The first segment after a cut follows what the checkpoint names. */
	s->has_before |= ended != 0 && s->first == ended + 1;
	if (status != STATUS_OK)
		return status;
	if (s->first == head->base + 1 && parent != 0) {
		status = store_head(m->store, parent, &above);
		if (status != STATUS_OK)
			return status;
		memcpy(s->before, above.hash, HASH_BYTES);
		s->has_before = true;
	}
	status = store_segments(m->store, writer, s->first < 2 ? 0 : s->first - 2, look, s);
	return status < 0 ? status : STATUS_OK;
}

/* One stream of the family; ret is filled in where the segment belongs to it. */
static int
try_stream(struct merge *m, const struct segment *s, const uint8_t sign_pk[32],
    uint32_t writer, const struct store_head *head, struct merge_place *ret)
{
	struct spot spot = { .first = s->header.first };
	int status;

	if (spot.first <= head->base || spot.first > head->stored + 1)
		return STATUS_OK;
	status = spot_of(m, writer, head, &spot);
	if (status != STATUS_OK || !spot.has_before)
		return status;
	status = segment_verify(s, m->roster->county, spot.before, sign_pk, ret->hash);
	if (status != STATUS_OK)
		return status == STATUS_BAD_SIGNATURE ? STATUS_OK : status;
	ret->known = spot.has_here && memcmp(spot.here, ret->hash, HASH_BYTES) == 0;
	ret->after = spot.first - 1;
	/* Beside the first of a branch: it parts from the same end. */
	ret->writer = spot.first == head->base + 1 && store_parent(m->store, writer) != 0 ?
	    store_parent(m->store, writer) : writer;
	return STATUS_OK;
}

int
merge_fork_find(struct merge *m, const struct segment *s, const uint8_t sign_pk[32],
    struct merge_place *ret)
{
	struct merge_place place = {0};
	struct store_head head;
	uint32_t at = 0;
	int status = STATUS_OK;

	/* A stream may end where its branches begin: all are asked. */
	while (status == STATUS_OK && !place.known &&
	    merge_fork_family(m, &s->header.stream, &at, &head))
		status = try_stream(m, s, sign_pk, at, &head, &place);
	if (status == STATUS_OK)
		*ret = place;
	return status;
}

/* ---- parting ---- */

static bool
has_branches(const struct merge *m, uint32_t writer)
{
	for (uint32_t w = 1; w <= store_stream_count(m->store); w++)
		if (store_parent(m->store, w) == writer)
			return true;
	return false;
}

static uint32_t
room(const struct merge *m, uint64_t scope)
{
	uint32_t n = 0;

	for (uint32_t w = 1; w <= store_stream_count(m->store); w++)
		n += store_stream_id(m->store, w)->scope == scope;
	return n < MERGE_MAX_STREAMS ? MERGE_MAX_STREAMS - n : 0;
}

struct relabel {
	struct merge *m;
	uint32_t from, to;
};

/* What a write of the suffix left in its row is said to be of the new name. */
static int
relabel_row(const struct relabel *r, const struct batch_table *t, uint32_t i)
{
	const struct batch_row *br = &t->rows[i];
	int64_t old = VERSION(br->stamp, r->from), new = VERSION(br->stamp, r->to);
	struct value keys[REGISTRY_MAX_KEYS];
	struct row row;
	bool changed = false;
	int status;

	for (unsigned k = 0; k < t->table->nkeys; k++)
		keys[k] = *batch_cell(t, k, i);
	status = store_get(r->m->store, t->table, keys, &row);
	if (status != STATUS_OK)
		return status;
	for (unsigned c = t->table->nkeys; row.exists && c < t->table->ncolumns; c++) {
		if (row.versions[c] != old ||
		    (br->op != BATCH_WHOLE && !(br->mask >> c & 1)))
			continue;
		row.versions[c] = new;
		changed = true;
	}
	if (!row.exists && row.length != 0 && row.version == old) {
		row.version = new;
		changed = true;
	}
	return changed ? store_put(r->m->store, t->table, &row) : STATUS_OK;
}

static int
relabel_segment(void *ctx, const struct store_segment *seg)
{
	const struct relabel *r = ctx;
	struct segment s = {0};
	struct batch b;
	int status;

	batch_init(&b);
	status = segment_open(seg->packed, seg->packed_len, &s);
	if (status == STATUS_OK)
		status = segment_decode(&s, r->m->registry, r->m->keys->keys,
		    r->m->keys->n, &b);
	if (status != STATUS_OK && status != STATUS_NOMEM)
		status = STATUS_OK; /* nonsense was never applied */
	else
		for (uint32_t i = 0; status == STATUS_OK && i < b.ntables; i++)
			for (uint32_t row = 0; status == STATUS_OK &&
			    b.tables[i].table != NULL && row < b.tables[i].nrows; row++)
				status = relabel_row(r, &b.tables[i], row);
	batch_release(&b);
	segment_release(&s);
	return status;
}

static void
branch_name(const struct merge *m, uint32_t writer, const uint8_t hash[HASH_BYTES],
    struct stream_id *ret)
{
	*ret = *store_stream_id(m->store, writer);
	memcpy(ret->fork, hash, sizeof(ret->fork));
}

/* What a stream has after a sequence becomes a stream of its own. */
static int
cut(struct merge *m, uint32_t writer, uint64_t after)
{
	struct relabel r = { .m = m, .from = writer };
	struct spot spot = { .first = after + 1 };
	struct stream_id id;
	int status = store_segments(m->store, writer, after, look, &spot);

	if (status < 0 || !spot.has_here)
		return status < 0 ? status : STATUS_CORRUPT;
	branch_name(m, writer, spot.here, &id);
	status = store_stream(m->store, &id, &r.to);
	if (status == STATUS_OK)
		status = store_split(m->store, writer, after, r.to);
	if (status == STATUS_OK)
		status = store_segments(m->store, r.to, 0, relabel_segment, &r);
	return status == STATUS_OK ? merge_verdict_split(m, writer, r.to) : status;
}

int
merge_fork_enter(struct merge *m, struct merge_place *place, uint32_t *ret_writer)
{
	struct store_head head;
	struct stream_id id;
	uint32_t writer;
	int status = store_head(m->store, place->writer, &head);

	if (status != STATUS_OK)
		return status;
	if (place->after == head.stored && !has_branches(m, place->writer)) {
		*ret_writer = place->writer;
		return STATUS_OK;
	}
	branch_name(m, place->writer, place->hash, &id);
	if (room(m, id.scope) < 2)
		return STATUS_TOO_LARGE;
	if (place->after < head.stored)
		status = cut(m, place->writer, place->after);
	if (status == STATUS_OK)
		status = store_stream(m->store, &id, &writer);
	if (status == STATUS_OK)
		status = store_branch(m->store, writer, place->writer);
	if (status == STATUS_OK)
		*ret_writer = writer;
	return status;
}

/* ---- revoked authors ---- */

struct search {
	const uint8_t *hash;
	size_t len;
	uint64_t first, last; /* of segments that begin and end here; 0: any */
	bool found;
};

static int
find_hash(void *ctx, const struct store_segment *seg)
{
	struct search *s = ctx;

	if (s->first != 0 && seg->first > s->first)
		return 1;
	s->found = (s->last == 0 || seg->first + seg->count - 1 == s->last) &&
	    memcmp(seg->hash, s->hash, s->len) == 0;
	return s->found;
}

/* Whether the way to a place goes through a branch. */
static int
goes_through(struct merge *m, const struct merge_place *place, const uint8_t fork[8],
    bool *ret)
{
	struct search s = { .hash = fork, .len = 8, .first = place->after };

	*ret = memcmp(place->hash, fork, 8) == 0;
	for (uint32_t w = place->writer; !*ret && w != 0 && place->after != 0;
	    w = store_parent(m->store, w)) {
		int status = store_segments(m->store, w, 0, find_hash, &s);

		if (status < 0)
			return status;
		*ret = s.found;
	}
	return STATUS_OK;
}

/* Whether the segment at which a revocation ends is here: then its predecessors
 * are, and what comes now is none of them. */
static int
ends_here(struct merge *m, const struct roster_revocation *v, bool *ret)
{
	struct search s = { .hash = v->hash, .len = HASH_BYTES, .last = v->through };
	struct store_head head;
	uint32_t at = 0;

	while (!s.found && merge_fork_family(m, &v->stream, &at, &head)) {
		int status = store_segments(m->store, at, v->through - 1, find_hash, &s);

		if (status < 0)
			return status;
	}
	*ret = s.found;
	return STATUS_OK;
}

int
merge_fork_counts(struct merge *m, const struct segment_header *h,
    const struct merge_place *place, bool *ret)
{
	uint64_t last = h->first + h->count - 1;
	static const uint8_t none[8];

	*ret = !roster_revoked(m->roster, &h->stream.node);
	for (size_t i = 0; !*ret && i < m->roster->nrevocations; i++) {
		const struct roster_revocation *v = &m->roster->revocations[i];
		bool yes = true, there = false;
		int status = STATUS_OK;

		if (!stream_id_is_family(&v->stream, &h->stream) || last > v->through)
			continue;
		if (memcmp(v->stream.fork, none, sizeof(none)) != 0)
			status = goes_through(m, place, v->stream.fork, &yes);
		if (status == STATUS_OK && yes && last < v->through)
			status = ends_here(m, v, &there);
		if (status != STATUS_OK)
			return status;
		*ret = yes && !there && (last < v->through ||
		    memcmp(place->hash, v->hash, HASH_BYTES) == 0);
	}
	return STATUS_OK;
}
