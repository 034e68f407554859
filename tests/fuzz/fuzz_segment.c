/* A whole segment of any bytes.  The first byte says whether the body is packed
 * as it stands or packed here: a mutation behind the range coder would not get
 * far otherwise. */
#include <stdlib.h>

#include "sync/pack.h"
#include "sync/segment.h"
#include "tests/bench/day_model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
open_and_decode(const uint8_t *packed, size_t len)
{
	static const struct school_key key = {3, {1, 2, 3}};
	static const uint8_t prev[HASH_BYTES];
	uint8_t hash[HASH_BYTES];
	struct segment s = {0};
	struct segment_header h;
	struct batch b;

	if (segment_peek(packed, len, &h) == STATUS_OK)
		vector_release(&h.knows);
	batch_init(&b);
	if (segment_open(packed, len, &s) == STATUS_OK) {
		if (segment_hash(&s, 410185, prev, hash) != STATUS_OK)
			abort();
		if (segment_decode(&s, &day_registry, &key, 1, &b) != STATUS_OK
		    && b.nrows != 0)
			abort();
	}
	batch_release(&b);
	segment_release(&s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buffer packed = BUFFER_INIT;
	size_t head;

	if (size < 2)
		return 0;
	head = (size_t)data[1] + 2;
	if (data[0] & 1 || head > size) {
		open_and_decode(data + 1, size - 1);
		return 0;
	}
	buffer_put(&packed, data + 1, head - 1);
	buffer_put_u8(&packed, PACK_NONE);
	buffer_put_varint(&packed, size - head);
	buffer_put(&packed, data + head, size - head);
	if (buffer_status(&packed) == STATUS_OK)
		open_and_decode(packed.data, packed.len);
	buffer_release(&packed);
	return 0;
}
