#include <string.h>

#include "sync/identity.h"
#include "sync/magic.h"

#define KEY_FILE_BYTES (MAGIC_BYTES + 32 + 32 + HASH_BYTES)

void
identity_derive(struct identity_public *pub)
{
	struct hash h;
	uint8_t digest[HASH_BYTES];

	hash_init(&h, "kehou 1 node id");
	hash_update(&h, pub->sign_pk, SIGN_PK_BYTES);
	hash_update(&h, pub->seal_pk, SEAL_PK_BYTES);
	hash_final(&h, digest);
	memcpy(pub->id.b, digest, NODE_ID_BYTES);
}

/* All from the two secrets of the key file. */
static int
from_secrets(const uint8_t sign_seed[32], const uint8_t seal_sk[32],
    struct identity *ret)
{
	struct identity id;

	memset(&id, 0, sizeof id);
	crypto_sign_seed_keypair(id.pub.sign_pk, id.sign_sk, sign_seed);
	memcpy(id.seal_sk, seal_sk, sizeof id.seal_sk);
	if (crypto_scalarmult_base(id.pub.seal_pk, id.seal_sk) != 0) {
		identity_wipe(&id);
		return STATUS_CORRUPT;
	}
	identity_derive(&id.pub);
	*ret = id;
	identity_wipe(&id);
	return STATUS_OK;
}

/* A sealing key of which only the public half is left. */
static int
from_signer(const uint8_t sign_seed[32], const uint8_t seal_pk[32], struct identity *ret)
{
	struct identity id;

	memset(&id, 0, sizeof id);
	crypto_sign_seed_keypair(id.pub.sign_pk, id.sign_sk, sign_seed);
	memcpy(id.pub.seal_pk, seal_pk, sizeof id.pub.seal_pk);
	identity_derive(&id.pub);
	*ret = id;
	identity_wipe(&id);
	return STATUS_OK;
}

int
identity_generate(const struct env *env, struct identity *ret)
{
	uint8_t secrets[64];
	int rc;

	env->random(env->ctx, secrets, sizeof secrets);
	rc = from_secrets(secrets, secrets + 32, ret);
	sodium_memzero(secrets, sizeof secrets);
	return rc;
}

static int
write_file(char kind, const uint8_t sign_sk[64], const uint8_t seal[32],
    const struct env *env, const char *path)
{
	uint8_t bytes[KEY_FILE_BYTES] = {'K', 'H', (uint8_t)kind, MAGIC_VERSION};
	int rc;

	/* libsodium's secret key is seed, then public key. */
	memcpy(bytes + MAGIC_BYTES, sign_sk, 32);
	memcpy(bytes + MAGIC_BYTES + 32, seal, 32);
	hash_bytes("kehou 1 file", bytes, KEY_FILE_BYTES - HASH_BYTES,
	    bytes + KEY_FILE_BYTES - HASH_BYTES);
	rc = env_write_file(env, path, bytes, sizeof bytes);
	sodium_memzero(bytes, sizeof bytes);
	return rc;
}

int
identity_save(const struct identity *id, const struct env *env, const char *path)
{
	int rc = env_absent(env, path);

	return rc == STATUS_OK ? write_file('K', id->sign_sk, id->seal_sk, env, path) : rc;
}

int
identity_forget_seal(const struct identity *id, const struct env *env, const char *path)
{
	return write_file('J', id->sign_sk, id->pub.seal_pk, env, path);
}

static int
parse(const uint8_t *data, size_t len, struct identity *ret)
{
	struct reader r;
	uint8_t check[HASH_BYTES];
	bool forgot;
	int rc;

	reader_init(&r, data, len);
	forgot = len > MAGIC_BYTES && data[2] == 'J';
	rc = magic_read(&r, forgot ? 'J' : 'K');
	if (rc != STATUS_OK)
		return rc == STATUS_NEWER ? rc : STATUS_CORRUPT;
	if (len != KEY_FILE_BYTES)
		return STATUS_CORRUPT;
	hash_bytes("kehou 1 file", data, len - HASH_BYTES, check);
	if (sodium_memcmp(check, data + len - HASH_BYTES, HASH_BYTES) != 0)
		return STATUS_CORRUPT;
	return forgot ? from_signer(data + MAGIC_BYTES, data + MAGIC_BYTES + 32, ret)
	    : from_secrets(data + MAGIC_BYTES, data + MAGIC_BYTES + 32, ret);
}

int
identity_load(const struct env *env, const char *path, struct identity *ret)
{
	struct buffer b = BUFFER_INIT;
	int rc = env_read_file(env, path, KEY_FILE_BYTES, &b);

	if (rc == STATUS_OK)
		rc = parse(b.data, b.len, ret);
	else if (rc == STATUS_TOO_LARGE)
		rc = STATUS_CORRUPT;
	if (b.data != NULL)
		sodium_memzero(b.data, b.cap);
	buffer_release(&b);
	return rc;
}

void
identity_wipe(struct identity *id)
{
	sodium_memzero(id, sizeof *id);
}

void
identity_sign(const struct identity *id, const char *context, const void *data,
    size_t len, uint8_t ret[SIGNATURE_BYTES])
{
	uint8_t hash[HASH_BYTES];

	hash_bytes(context, data, len, hash);
	identity_sign_hash(id, hash, ret);
}

void
identity_sign_hash(const struct identity *id, const uint8_t hash[HASH_BYTES],
    uint8_t ret[SIGNATURE_BYTES])
{
	crypto_sign_detached(ret, NULL, hash, HASH_BYTES, id->sign_sk);
}

int
identity_verify(const uint8_t sign_pk[SIGN_PK_BYTES], const char *context,
    const void *data, size_t len, const uint8_t sig[SIGNATURE_BYTES])
{
	uint8_t hash[HASH_BYTES];

	hash_bytes(context, data, len, hash);
	return identity_verify_hash(sign_pk, hash, sig);
}

int
identity_verify_hash(const uint8_t sign_pk[SIGN_PK_BYTES],
    const uint8_t hash[HASH_BYTES], const uint8_t sig[SIGNATURE_BYTES])
{
	if (crypto_sign_verify_detached(sig, hash, HASH_BYTES, sign_pk) != 0)
		return STATUS_BAD_SIGNATURE;
	return STATUS_OK;
}
