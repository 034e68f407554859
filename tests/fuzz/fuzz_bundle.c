/* Any bytes: as a whole file, refused or read without harm; and as the inside
 * of a bundle whose seal and signature hold. */
#include <assert.h>

#include "tests/vectors/bundles.h"

#define PLAIN_MAX_BYTES (200u * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct bundles_case c;
	static int ready;
	struct buffer b = BUFFER_INIT;
	uint64_t items;

	if (!ready) {
		bundles_case_init(&c, TRUST_SMALL);
		ready = 1;
	}
	(void)bundles_read(data, len, c.sender.pub.sign_pk, &c.recipient, &items);
	if (len == 0 || len > PLAIN_MAX_BYTES)
		return 0;
	bundles_seal(&c, data, len, &b);
	assert(buffer_status(&b) == STATUS_OK);
	(void)bundles_read(b.data, b.len, c.sender.pub.sign_pk, &c.recipient, &items);
	/* An item costs its head and one byte at least. */
	assert(items <= len / 5);
	buffer_release(&b);
	return 0;
}
