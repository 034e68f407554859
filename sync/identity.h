/* A node's keys: Ed25519 to sign, a separate X25519 to be sealed to. */
#ifndef SYNC_IDENTITY_H
#define SYNC_IDENTITY_H

#include "sync/env.h"
#include "sync/hash.h"

#define SIGN_PK_BYTES 32
#define SEAL_PK_BYTES 32
#define SIGNATURE_BYTES 64

struct identity_public {
	struct node_id id; /* derived from the two keys */
	uint8_t sign_pk[SIGN_PK_BYTES];
	uint8_t seal_pk[SEAL_PK_BYTES];
};

struct identity {
	struct identity_public pub;
	uint8_t sign_sk[64];
	uint8_t seal_sk[32];
};

/* id from the two public keys. */
void identity_derive(struct identity_public *pub);
/* Fresh keys from env's randomness. */
int identity_generate(const struct env *env, struct identity *ret) MUST_CHECK;
/* Key file: docs/FORMAT.md "key file"; mode 0600; written crash-safe;
 * save refuses to overwrite (EXISTS). */
int identity_save(const struct identity *id, const struct env *env,
    const char *path) MUST_CHECK;
int identity_load(const struct env *env, const char *path, struct identity *ret)
    MUST_CHECK; /* CORRUPT, NEWER, NOT_FOUND */
/* Writes the file anew without the secret sealing key: nothing that was sealed to it can
 * be opened any more.  identity_load then gives a seal_sk of zeros. */
int identity_forget_seal(const struct identity *id, const struct env *env,
    const char *path) MUST_CHECK;
/* Wipes. */
void identity_wipe(struct identity *id);
/* Signs BLAKE2b-256(context, data). */
void identity_sign(const struct identity *id, const char *context,
    const void *data, size_t len, uint8_t ret[SIGNATURE_BYTES]);
/* The same over a hash that was made with its context already. */
void identity_sign_hash(const struct identity *id, const uint8_t hash[HASH_BYTES],
    uint8_t ret[SIGNATURE_BYTES]);
int identity_verify(const uint8_t sign_pk[SIGN_PK_BYTES], const char *context,
    const void *data, size_t len, const uint8_t sig[SIGNATURE_BYTES]) MUST_CHECK;
int identity_verify_hash(const uint8_t sign_pk[SIGN_PK_BYTES],
    const uint8_t hash[HASH_BYTES], const uint8_t sig[SIGNATURE_BYTES]) MUST_CHECK;

#endif
