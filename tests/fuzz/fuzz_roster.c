/* Any bytes: roster_parse refuses them or reads what roster_encode writes; a hub that
 * lacks all of it joins it to a roster that is good again, and once more changes nothing. */
#include <assert.h>
#include <string.h>

#include "sync/roster.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
joins(const struct roster *r)
{
	struct roster bare = {.county = r->county, .number = 1}, read;
	struct buffer b = BUFFER_INIT;
	uint8_t seed[32] = {1}, pk[32], sk[64];
	bool changed;

	memcpy(bare.name, r->name, sizeof bare.name);
	crypto_sign_seed_keypair(pk, sk, seed);
	assert(roster_join(&bare, r, sk, &changed) == STATUS_OK);
	assert(roster_join(&bare, r, sk, &changed) == STATUS_OK && !changed);
	roster_encode(&bare, &b);
	buffer_put(&b, sk, SIGNATURE_BYTES);
	assert(buffer_status(&b) == STATUS_OK);
	assert(roster_parse(b.data, b.len, &read) == STATUS_OK);
	assert(read.ncerts == r->ncerts && read.ninvites == r->ninvites);
	for (size_t i = 0; i < r->ninvites; i++)
		assert(read.invites[i].state == r->invites[i].state);
	roster_release(&read);
	buffer_release(&b);
	roster_release(&bare);
}

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
	joins(&r);
	roster_release(&r);
	return 0;
}
