/* Any bytes: checkpoint_parse refuses them or reads what checkpoint_encode writes; its
 * pieces are refused or decode. */
#include <assert.h>
#include <string.h>

#include "gen/schema_registry.h"
#include "sync/checkpoint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static int
decode(void *ctx, const struct checkpoint_stream *of, const uint8_t *packed, size_t len)
{
	struct segment s = {0};
	struct batch b;

	(void)ctx;
	(void)of;
	batch_init(&b);
	if (segment_open(packed, len, &s) == STATUS_OK)
		(void)!segment_decode(&s, &schema_registry, NULL, 0, &b);
	batch_release(&b);
	segment_release(&s);
	return STATUS_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct buffer again = BUFFER_INIT;
	struct checkpoint c;
	size_t head;

	if (checkpoint_parse(data, len, &c, &head) != STATUS_OK)
		return 0;
	checkpoint_encode(&c, &again);
	assert(buffer_status(&again) == STATUS_OK);
	assert(again.len + SIGNATURE_BYTES == head && memcmp(again.data, data, again.len) == 0);
	(void)!checkpoint_pieces(&c, data + head, len - head, decode, NULL);
	(void)!checkpoint_check(&c, data + head, len - head);
	checkpoint_release(&c);
	buffer_release(&again);
	return 0;
}
