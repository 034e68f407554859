/* Any bytes: roster_parse refuses them or reads what roster_encode writes. */
#include <assert.h>
#include <string.h>

#include "sync/roster.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct roster r;
	struct buffer again = BUFFER_INIT;

	if (roster_parse(data, len, &r) != STATUS_OK)
		return 0;
	roster_encode(&r, &again);
	assert(buffer_status(&again) == STATUS_OK);
	assert(again.len < len && memcmp(again.data, data, again.len) == 0);
	buffer_release(&again);
	roster_release(&r);
	return 0;
}
