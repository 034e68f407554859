/* Any bytes: verdict_parse refuses them or reads what verdict_encode writes. */
#include <assert.h>
#include <string.h>

#include "sync/verdict.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct verdict v;
	struct buffer again = BUFFER_INIT;

	if (verdict_parse(data, len, &v) != STATUS_OK)
		return 0;
	verdict_encode(&v, &again);
	assert(buffer_status(&again) == STATUS_OK);
	assert(again.len < len && memcmp(again.data, data, again.len) == 0);
	buffer_release(&again);
	return 0;
}
