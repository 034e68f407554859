/* BLAKE2b-256 with a context string, so that no hash or signature can stand
 * for another. */
#ifndef SYNC_HASH_H
#define SYNC_HASH_H

#include <sodium.h>

#include "sync/stream.h"

struct hash {
	crypto_generichash_blake2b_state state;
};

/* context: "kehou 1 segment" and so on, listed in docs/FORMAT.md. */
void hash_init(struct hash *h, const char *context);
void hash_update(struct hash *h, const void *data, size_t len);
void hash_final(struct hash *h, uint8_t ret[HASH_BYTES]);
/* All at once. */
void hash_bytes(const char *context, const void *data, size_t len,
    uint8_t ret[HASH_BYTES]);

#endif
