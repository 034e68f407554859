/* Any bytes: a segment is refused, or opened, hashed and decoded within bounds. */
#include <assert.h>

#include "sync/segment.h"
#include "tests/bench/day_model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const uint8_t prev[HASH_BYTES];
	uint8_t hash[HASH_BYTES];
	struct segment_header header = {0};
	struct segment s = {0};
	struct batch b;

	if (segment_peek(data, len, &header) == STATUS_OK)
		vector_release(&header.knows);
	batch_init(&b);
	if (segment_open(data, len, &s) == STATUS_OK) {
		assert(segment_hash(&s, 410185, prev, hash) == STATUS_OK);
		if (segment_decode(&s, &day_registry, NULL, 0, &b) == STATUS_OK)
			assert(b.nrows <= BATCH_MAX_ROWS && b.ntx <= BATCH_MAX_TX);
	}
	batch_release(&b);
	segment_release(&s);
	return 0;
}
