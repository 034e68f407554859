/* Any bytes: request_parse refuses them or reads them within bounds. */
#include "sync/invitation.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct request r;

	if (request_parse(data, len, &r) != STATUS_OK)
		return 0;
	return 0;
}
