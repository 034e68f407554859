/* Any bytes: receipt_parse refuses them or reads what receipt_encode writes. */
#include <assert.h>
#include <string.h>

#include "sync/receipt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct receipt r;
	struct buffer again = BUFFER_INIT;

	if (receipt_parse(data, len, &r) != STATUS_OK)
		return 0;
	receipt_encode(&r, &again);
	assert(buffer_status(&again) == STATUS_OK);
	assert(again.len < len && memcmp(again.data, data, again.len) == 0);
	buffer_release(&again);
	receipt_release(&r);
	return 0;
}
