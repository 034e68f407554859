/* What is noted of the segments, beside what they are: receipts, "confirmed up to" and
 * the county's "merged through" are computed from these notes. */
#include "sync/replica_internal.h"

#include <string.h>

struct comparing {
	struct store *anew;
	uint32_t there;            /* the stream in anew */
	uint64_t n, matched;       /* segments here; of these in anew too */
	struct store_segment found; /* without what it points to */
	bool is_found;
	unsigned books;            /* that differ */
};

static int
keep_one(void *ctx, const struct store_segment *seg)
{
	struct comparing *c = ctx;

	c->found = *seg;
	c->is_found = true;
	return 1;
}

static int
compare_segment(void *ctx, const struct store_segment *seg)
{
	struct comparing *c = ctx;
	int status = STATUS_OK;

	c->n++;
	c->is_found = false;
	if (seg->first == 0)
		c->books |= REPLICA_BOOK_COUNTS;
	else
		status = store_segments(c->anew, c->there, seg->first - 1, keep_one, c);
	if (status < 0 || !c->is_found || c->found.first != seg->first)
		return status < 0 ? status : STATUS_OK;
	c->matched++;
	if (c->found.count != seg->count)
		c->books |= REPLICA_BOOK_COUNTS;
	if (memcmp(c->found.hash, seg->hash, HASH_BYTES) != 0)
		c->books |= REPLICA_BOOK_HASHES;
	if (c->found.min_time_s != seg->min_time_s || c->found.max_time_s != seg->max_time_s)
		c->books |= REPLICA_BOOK_TIMES;
	return STATUS_OK;
}

static int
count_one(void *ctx, const struct store_segment *seg)
{
	(void)seg;
	++*(uint64_t *)ctx;
	return 0;
}

static uint32_t
find_stream(const struct store *s, const struct stream_id *id)
{
	for (uint32_t w = 1; w <= store_stream_count(s); w++)
		if (stream_id_compare(store_stream_id(s, w), id) == 0)
			return w;
	return 0;
}

/* Machines wrote apart: which of their streams has the plain name, and where each begins
 * after records have ended, depends on what came first. */
static bool
is_parted(const struct store *s, const struct stream_id *id)
{
	for (uint32_t w = 1; w <= store_stream_count(s); w++) {
		const struct stream_id *other = store_stream_id(s, w);

		if (other != NULL && stream_id_is_family(other, id) &&
		    !stream_id_is_plain(other))
			return true;
	}
	return false;
}

/* A segment that was not taken anew was counted as bad, or is of a revoked machine; the
 * heads of its stream say nothing then. */
static int
compare_stream(struct replica *r, uint32_t writer, struct comparing *c)
{
	struct store_head here = {0}, there = {0};
	uint64_t made = 0;
	int status;

	c->there = find_stream(c->anew, store_stream_id(r->store, writer));
	c->n = c->matched = 0;
	if (c->there == 0 || is_parted(r->store, store_stream_id(r->store, writer)))
		return STATUS_OK;
	status = store_segments(r->store, writer, 0, compare_segment, c);
	if (status == STATUS_OK)
		status = store_segments(c->anew, c->there, 0, count_one, &made);
	if (status == STATUS_OK)
		status = store_head(r->store, writer, &here);
	if (status == STATUS_OK)
		status = store_head(c->anew, c->there, &there);
	if (status != STATUS_OK)
		return status;
	if (c->matched != made)
		c->books |= REPLICA_BOOK_COUNTS;
	if (c->matched != c->n)
		return STATUS_OK;
	if (here.stored != there.stored || here.base != there.base)
		c->books |= REPLICA_BOOK_COUNTS;
	if (here.merged != there.merged)
		c->books |= REPLICA_BOOK_MERGED;
	if (memcmp(here.hash, there.hash, HASH_BYTES) != 0)
		c->books |= REPLICA_BOOK_HASHES;
	return STATUS_OK;
}

int
replica_compare_books(struct replica *r, struct store *anew, unsigned *ret)
{
	struct comparing c = { .anew = anew };

	for (uint32_t w = 1; w <= store_stream_count(r->store); w++) {
		int status = compare_stream(r, w, &c);

		if (status != STATUS_OK)
			return status;
	}
	*ret = c.books;
	return STATUS_OK;
}
