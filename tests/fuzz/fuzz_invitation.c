/* Any bytes: invitation_parse refuses them or reads what invitation_encode writes. */
#include <assert.h>
#include <string.h>

#include "sync/invitation.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct invitation i;
	struct buffer again = BUFFER_INIT;

	if (invitation_parse(data, len, &i) != STATUS_OK)
		return 0;
	invitation_encode(&i, &again);
	assert(buffer_status(&again) == STATUS_OK);
	assert(again.len < len && memcmp(again.data, data, again.len) == 0);
	buffer_release(&again);
	invitation_release(&i);
	return 0;
}
