/* The school's key: symmetric, in generations, wrapped to each device and to
 * the recovery key whose secret is printed on paper at set-up. */
#ifndef SYNC_KEYRING_H
#define SYNC_KEYRING_H

#include "sync/env.h"
#include "sync/identity.h"
#include "sync/segment.h"

#define KEYRING_MAX 64
#define KEYWRAP_BYTES (4 + 32 + 48) /* generation, key, sealed-box overhead */
#define RECOVERY_TEXT_BYTES 80      /* with NUL */

struct keyring {
	struct school_key keys[KEYRING_MAX]; /* ascending generation */
	size_t n;
};
/* New random generation; TOO_LARGE past KEYRING_MAX. */
int keyring_rotate(struct keyring *k, const struct env *env) MUST_CHECK;
/* The same, for a machine that cannot know which generations its school has: the
 * day, or what follows the newest that it has, and 15 random bits make the
 * generation, so that two such machines, and any other, do not meet. */
int keyring_rotate_apart(struct keyring *k, const struct env *env) MUST_CHECK;
const struct school_key *keyring_newest(const struct keyring *k); /* or NULL */
/* Sealed box (libsodium crypto_box_seal) of one key to an X25519 public key. */
int keyring_wrap(const struct school_key *key, const uint8_t seal_pk[32],
    uint8_t ret[KEYWRAP_BYTES]) MUST_CHECK;
/* Adds it.  NOT_FOR_US when the secret does not open it, FORK when another key
 * has its generation, TOO_LARGE; the same key again is OK. */
int keyring_unwrap(struct keyring *k, const uint8_t *wrap, size_t len,
    const uint8_t seal_pk[32], const uint8_t seal_sk[32]) MUST_CHECK;
/* The file of keys (docs/FORMAT.md "School keys file"), replaced crash-safe. */
int keyring_save(const struct keyring *k, const struct env *env, const char *path)
    MUST_CHECK;
int keyring_load(const struct env *env, const char *path, struct keyring *ret)
    MUST_CHECK; /* CORRUPT, NEWER, NOT_FOUND */
void keyring_wipe(struct keyring *k);

/* Recovery secret as text for paper: groups of 5 letters and digits (Crockford
 * base 32) with a check group; and back, forgiving case, spaces, 0/O, 1/I/L:
 * TRUNCATED or TOO_LARGE by its count of characters, MALFORMED for one that may
 * not be, BAD_SIGNATURE when the check does not hold. */
int recovery_text(const uint8_t secret[32], char ret[RECOVERY_TEXT_BYTES]) MUST_CHECK;
int recovery_parse(const char *text, uint8_t ret_secret[32]) MUST_CHECK;

#endif
