/* Facts of any bytes; what decodes is encoded again and decodes alike. */
#include <stdlib.h>

#include "sync/facts.h"
#include "tests/bench/day_model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
encode_again(const struct batch *b, const struct stream_id *stream)
{
	struct buffer facts = BUFFER_INIT;
	struct batch back;

	batch_init(&back);
	if (facts_encode(&day_registry, stream, b, &facts) != STATUS_OK
	    || facts_decode(&day_registry, stream, b->ntx, facts.data, facts.len,
	    &back) != STATUS_OK || back.nrows != b->nrows)
		abort();
	buffer_release(&facts);
	batch_release(&back);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct stream_id stream = day_stream();
	struct batch b;

	batch_init(&b);
	if (size > 1 && facts_decode(&day_registry, &stream, data[0] + 1u, data + 1,
	    size - 1, &b) == STATUS_OK && !b.unknown)
		encode_again(&b, &stream);
	batch_release(&b);
	return 0;
}
