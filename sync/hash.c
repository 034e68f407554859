#include <string.h>

#include "sync/hash.h"

void
hash_init(struct hash *h, const char *context)
{
	crypto_generichash_blake2b_init(&h->state, NULL, 0, HASH_BYTES);
	/* With its NUL: no context followed by data reads as a longer context. */
	hash_update(h, context, strlen(context) + 1);
}

void
hash_update(struct hash *h, const void *data, size_t len)
{
	if (len > 0)
		crypto_generichash_blake2b_update(&h->state, data, len);
}

void
hash_final(struct hash *h, uint8_t ret[HASH_BYTES])
{
	crypto_generichash_blake2b_final(&h->state, ret, HASH_BYTES);
}

void
hash_bytes(const char *context, const void *data, size_t len,
    uint8_t ret[HASH_BYTES])
{
	struct hash h;

	hash_init(&h, context);
	hash_update(&h, data, len);
	hash_final(&h, ret);
}
