/* Forks: two copies of a node that write under one name. */
#include "sync/merge_internal.h"

#include <string.h>

struct before {
	uint64_t last;            /* sequence before the segment at hand */
	uint8_t hash[HASH_BYTES]; /* of the segment that ends there */
	bool found;
};

static int
ends_before(void *ctx, const struct store_segment *seg)
{
	struct before *b = ctx;

	if (seg->first + seg->count - 1 == b->last) {
		memcpy(b->hash, seg->hash, HASH_BYTES);
		b->found = true;
	}
	return 1;
}

int
merge_fork_verify(struct merge *m, const uint8_t *packed, size_t len,
    const struct segment_header *h, const struct roster_cert *cert, uint32_t writer)
{
	struct before b = { .last = h->first - 1, .found = h->first == 1 };
	struct segment s = {0};
	uint8_t hash[HASH_BYTES];
	uint64_t base = 0;
	int status = STATUS_OK;

	if (!b.found)
		status = store_base(m->store, writer, &base, b.hash);
	b.found = b.found || (status == STATUS_OK && base == b.last);
	if (status == STATUS_OK && !b.found)
		status = store_segments(m->store, writer, h->first - 2, ends_before, &b);
	if (status < 0 || !b.found)
		return status < 0 ? status : STATUS_OK;
	status = segment_open(packed, len, &s);
	if (status == STATUS_OK)
		status = segment_verify(&s, m->roster->county, b.hash,
		    cert->node.sign_pk, hash);
	segment_release(&s);
	return status;
}
