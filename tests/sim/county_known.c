/* Which transactions a node knows, by what its store says of streams.  In seeds with the
 * events of years by the hashes of segments: there a number of a stream may have been
 * given twice, by copies of one node. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/county.h"

struct model_stream *
county_own(struct county *c, const struct county_node *n, const struct stream_id *id)
{
	struct stream_id plain = *id;

	memset(plain.fork, 0, sizeof(plain.fork));
	return model_stream(c->model, &plain, county_is_own(n, id) ? n->copy : 0);
}

static int
find_segment(const struct county *c, const uint8_t hash[HASH_BYTES])
{
	for (unsigned i = 0; i < c->nsegments; i++)
		if (memcmp(c->segments[i].hash, hash, HASH_BYTES) == 0)
			return (int)i;
	return -1;
}

struct noting {
	struct county *c;
	struct county_node *n;
	const struct stream_id *id;
	int before;
};

static int
note_segment(void *ctx, const struct store_segment *seg)
{
	struct noting *k = ctx;
	struct county *c = k->c;
	const struct model_stream *own = county_own(c, k->n, k->id);
	struct county_segment *s;
	int at = find_segment(c, seg->hash);

	if (at < 0) {
		if (seg->first - 1 + seg->count > own->n)
			county_fail(c, "node %u has a segment of its own through %llu, and "
			    "wrote %u", k->n->index, (unsigned long long)(seg->first - 1 +
			    seg->count), own->n);
		c->segments = realloc(c->segments, (c->nsegments + 1) *
		    sizeof(*c->segments));
		assert(c->segments != NULL);
		at = (int)c->nsegments++;
		s = &c->segments[at];
		*s = (struct county_segment){ .first = seg->first, .n = seg->count,
		    .before = k->before };
		memcpy(s->hash, seg->hash, HASH_BYTES);
		s->txs = malloc(seg->count * sizeof(*s->txs));
		assert(s->txs != NULL);
		memcpy(s->txs, own->txs + seg->first - 1, seg->count * sizeof(*s->txs));
	}
	k->before = at;
	return 0;
}

/* What a stream's first segment here follows. */
static int
before_first(const struct county *c, struct store *s, uint32_t writer)
{
	uint32_t parent = store_parent(s, writer);
	uint8_t hash[HASH_BYTES];
	struct store_head head;
	uint64_t ended;

	if (store_base(s, writer, &ended, hash) != STATUS_OK)
		return -1;
	if (ended > 0)
		return find_segment(c, hash);
	if (parent == 0 || store_head(s, parent, &head) != STATUS_OK || head.stored == 0)
		return -1;
	return find_segment(c, head.hash);
}

void
county_note_segments(struct county *c, struct county_node *n)
{
	struct store *s = replica_store(n->r);

	for (uint32_t w = store_stream_next(s, 0); w != 0; w = store_stream_next(s, w)) {
		struct noting k = { .c = c, .n = n, .id = store_stream_id(s, w) };
		struct store_head head;

		if (!county_is_own(n, k.id))
			continue;
		if (store_head(s, w, &head) != STATUS_OK)
			county_fail(c, "node %u: no head", n->index);
		if (head.stored == 0 || find_segment(c, head.hash) >= 0)
			continue;
		k.before = before_first(c, s, w);
		if (store_segments(s, w, 0, note_segment, &k) < 0)
			county_fail(c, "node %u: no segments", n->index);
	}
}

static unsigned
by_hash(struct county *c, struct county_node *n, const struct stream_id *id,
    const struct store_head *head, uint64_t through, unsigned *ret)
{
	int at = head->stored > 0 ? find_segment(c, head->hash) : -1;
	unsigned count = 0;

	if (at < 0 && head->stored > 0)
		county_fail(c, "node %u has a segment of a stream that nobody wrote",
		    n->index);
	for (; at >= 0; at = c->segments[at].before) {
		const struct county_segment *s = &c->segments[at];

		if (s->first <= head->base)
			break;
		for (unsigned i = 0; i < s->n && s->first + i <= through; i++)
			ret[count++] = s->txs[i];
	}
	for (uint64_t i = head->stored; i < through; i++) {
		const struct model_stream *own = county_own(c, n, id);

		if (i >= own->n)
			county_fail(c, "node %u logged %llu transactions where it wrote %u",
			    n->index, (unsigned long long)through, own->n);
		ret[count++] = own->txs[i];
	}
	return count;
}

unsigned
county_txs(struct county *c, struct county_node *n, uint32_t writer,
    unsigned ret[MODEL_MAX_TXS])
{
	const struct stream_id *id = store_stream_id(replica_store(n->r), writer);
	const struct model_stream *m;
	struct store_head head;
	uint64_t through;
	unsigned count = 0;

	if (store_head(replica_store(n->r), writer, &head) != STATUS_OK)
		county_fail(c, "node %u: no head", n->index);
	through = county_is_own(n, id) ? head.logged : head.merged;
	if (c->seed > COUNTY_YEARS)
		return by_hash(c, n, id, &head, through, ret);
	m = model_stream(c->model, id, 0);
	if (through > m->n && !n->hostile)
		county_fail(c, "node %u has %llu transactions of a stream in which %u were "
		    "written", n->index, (unsigned long long)through, m->n);
	for (uint64_t i = 0; i < through && i < m->n; i++)
		ret[count++] = m->txs[i];
	return count;
}
