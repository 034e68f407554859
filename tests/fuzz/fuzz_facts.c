/* Any bytes behind a segment's signature: facts are refused, or decoded within bounds
 * and encoded again.  The first two bytes are the segment's count of transactions. */
#include <assert.h>

#include "sync/facts.h"
#include "tests/bench/day_model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct stream_id stream = day_stream();
	struct buffer again = BUFFER_INIT;
	struct batch b;
	uint32_t ntx;

	if (len < 2)
		return 0;
	ntx = 1u + data[0] + 256u * data[1];
	batch_init(&b);
	if (facts_decode(&day_registry, &stream, ntx, data + 2, len - 2, &b) == STATUS_OK) {
		assert(b.nrows <= BATCH_MAX_ROWS && b.ntx <= BATCH_MAX_TX);
		if (!b.unknown)
			assert(facts_encode(&day_registry, &stream, &b, &again) == STATUS_OK);
	}
	batch_release(&b);
	buffer_release(&again);
	return 0;
}
