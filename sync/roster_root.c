/* The files of a county's two secret keys: root under a passphrase, issuing
 * plain. */
#include <string.h>

#include "sync/magic.h"
#include "sync/roster.h"

/* The work factor stands in the file, so that it can grow; these bound what a
 * file may ask of the machine. */
#define OPS crypto_pwhash_OPSLIMIT_MODERATE
#define MEMORY_KIB (64u * 1024)
#define OPS_MAX 16
#define MEMORY_KIB_MIN (crypto_pwhash_MEMLIMIT_MIN / 1024)
#define MEMORY_KIB_MAX (256u * 1024)
#define BOX_BYTES (HASH_BYTES + 32 + crypto_secretbox_MACBYTES)
#define FILE_MAX_BYTES 512

struct root_file {
	uint64_t county;
	uint64_t ops, memory_kib;
	uint8_t salt[crypto_pwhash_SALTBYTES];
	uint8_t nonce[crypto_secretbox_NONCEBYTES];
};

static void
put_head(struct buffer *b, const struct root_file *f)
{
	magic_put(b, 'T');
	buffer_put_varint(b, f->county);
	buffer_put_varint(b, f->ops);
	buffer_put_varint(b, f->memory_kib);
	buffer_put(b, f->salt, sizeof f->salt);
	buffer_put(b, f->nonce, sizeof f->nonce);
}

static int
derive(const struct root_file *f, const char *passphrase, size_t len, uint8_t ret[32])
{
	if (crypto_pwhash(ret, 32, passphrase, len, f->salt, f->ops,
	    (size_t)f->memory_kib * 1024, crypto_pwhash_ALG_ARGON2ID13) != 0)
		return STATUS_NOMEM;
	return STATUS_OK;
}

/* Digest of all before it, so that a damaged file is told from a wrong
 * passphrase. */
static void
put_check(struct buffer *b)
{
	uint8_t check[HASH_BYTES];

	if (b->failed)
		return;
	hash_bytes("kehou 1 file", b->data, b->len, check);
	buffer_put(b, check, sizeof check);
}

static int
check_holds(const uint8_t *data, size_t len)
{
	uint8_t check[HASH_BYTES];

	if (len < HASH_BYTES)
		return STATUS_CORRUPT;
	hash_bytes("kehou 1 file", data, len - HASH_BYTES, check);
	return memcmp(check, data + len - HASH_BYTES, HASH_BYTES) == 0
	    ? STATUS_OK : STATUS_CORRUPT;
}

static void
wipe_release(struct buffer *b)
{
	if (b->data != NULL)
		sodium_memzero(b->data, b->cap);
	buffer_release(b);
}

int
roster_root_save(const uint8_t sk[64], uint64_t county, const char *passphrase,
    size_t passphrase_len, const struct env *env, const char *path)
{
	struct root_file f = {.county = county, .ops = OPS, .memory_kib = MEMORY_KIB};
	struct buffer b = BUFFER_INIT;
	uint8_t key[32] = {0}, plain[HASH_BYTES + 32] = {0}, box[BOX_BYTES];
	int rc;

	if (passphrase_len < PASSPHRASE_MIN_BYTES)
		return STATUS_USAGE;
	rc = env_absent(env, path);
	if (rc != STATUS_OK)
		return rc;
	env->random(env->ctx, f.salt, sizeof f.salt);
	env->random(env->ctx, f.nonce, sizeof f.nonce);
	put_head(&b, &f);
	rc = buffer_status(&b);
	if (rc == STATUS_OK)
		rc = derive(&f, passphrase, passphrase_len, key);
	if (rc != STATUS_OK)
		goto out;
	/* The head's hash inside: nobody without the passphrase changes it. */
	hash_bytes("kehou 1 file", b.data, b.len, plain);
	memcpy(plain + HASH_BYTES, sk, 32);
	crypto_secretbox_easy(box, plain, sizeof plain, f.nonce, key);
	buffer_put(&b, box, sizeof box);
	put_check(&b);
	rc = buffer_status(&b);
	if (rc == STATUS_OK)
		rc = env_write_file(env, path, b.data, b.len);
out:
	sodium_memzero(key, sizeof key);
	sodium_memzero(plain, sizeof plain);
	buffer_release(&b);
	return rc;
}

static int
read_head(struct reader *r, struct root_file *f)
{
	int rc = magic_read(r, 'T');

	if (rc != STATUS_OK)
		return rc == STATUS_NEWER ? rc : STATUS_CORRUPT;
	f->county = reader_varint(r);
	f->ops = reader_varint(r);
	f->memory_kib = reader_varint(r);
	reader_copy(r, f->salt, sizeof f->salt);
	reader_copy(r, f->nonce, sizeof f->nonce);
	if (r->failed)
		return STATUS_CORRUPT;
	if (f->ops < crypto_pwhash_OPSLIMIT_MIN || f->ops > OPS_MAX
	    || f->memory_kib < MEMORY_KIB_MIN || f->memory_kib > MEMORY_KIB_MAX)
		return STATUS_TOO_LARGE;
	return STATUS_OK;
}

static int
open_root(const uint8_t *data, size_t len, const char *passphrase,
    size_t passphrase_len, uint64_t *ret_county, uint8_t ret_sk[64])
{
	struct root_file f = {0};
	struct reader r;
	uint8_t key[32], plain[HASH_BYTES + 32], head[HASH_BYTES], pk[32];
	const uint8_t *box;
	int rc;

	reader_init(&r, data, len);
	rc = read_head(&r, &f);
	if (rc != STATUS_OK)
		return rc;
	hash_bytes("kehou 1 file", data, len - r.left, head);
	box = reader_take(&r, BOX_BYTES);
	if (box == NULL || r.left != HASH_BYTES || check_holds(data, len) != STATUS_OK)
		return STATUS_CORRUPT;
	rc = derive(&f, passphrase, passphrase_len, key);
	if (rc != STATUS_OK)
		return rc;
	if (crypto_secretbox_open_easy(plain, box, BOX_BYTES, f.nonce, key) != 0)
		rc = STATUS_PASSPHRASE;
	else if (sodium_memcmp(plain, head, HASH_BYTES) != 0)
		rc = STATUS_CORRUPT;
	if (rc == STATUS_OK) {
		crypto_sign_seed_keypair(pk, ret_sk, plain + HASH_BYTES);
		*ret_county = f.county;
	}
	sodium_memzero(key, sizeof key);
	sodium_memzero(plain, sizeof plain);
	return rc;
}

int
roster_root_load(const struct env *env, const char *path, const char *passphrase,
    size_t passphrase_len, uint64_t *ret_county, uint8_t ret_sk[64])
{
	struct buffer b = BUFFER_INIT;
	int rc = env_read_file(env, path, FILE_MAX_BYTES, &b);

	if (rc == STATUS_OK)
		rc = open_root(b.data, b.len, passphrase, passphrase_len, ret_county,
		    ret_sk);
	else if (rc == STATUS_TOO_LARGE)
		rc = STATUS_CORRUPT;
	buffer_release(&b);
	return rc;
}

int
roster_issuing_save(const uint8_t sk[64], uint64_t county, const struct env *env,
    const char *path)
{
	struct buffer b = BUFFER_INIT;
	int rc = env_absent(env, path);

	if (rc != STATUS_OK)
		return rc;
	/* All its room at once: growing would leave the key in freed memory. */
	buffer_extend(&b, FILE_MAX_BYTES);
	buffer_clear(&b);
	magic_put(&b, 'U');
	buffer_put_varint(&b, county);
	buffer_put(&b, sk, 32);
	put_check(&b);
	rc = buffer_status(&b);
	if (rc == STATUS_OK)
		rc = env_write_file(env, path, b.data, b.len);
	wipe_release(&b);
	return rc;
}

static int
open_issuing(const uint8_t *data, size_t len, uint64_t *ret_county, uint8_t ret_sk[64])
{
	struct reader r;
	uint8_t pk[32];
	const uint8_t *seed;
	uint64_t county;
	int rc;

	reader_init(&r, data, len);
	rc = magic_read(&r, 'U');
	if (rc != STATUS_OK)
		return rc == STATUS_NEWER ? rc : STATUS_CORRUPT;
	county = reader_varint(&r);
	seed = reader_take(&r, 32);
	if (seed == NULL || r.left != HASH_BYTES || check_holds(data, len) != STATUS_OK)
		return STATUS_CORRUPT;
	crypto_sign_seed_keypair(pk, ret_sk, seed);
	*ret_county = county;
	return STATUS_OK;
}

int
roster_issuing_load(const struct env *env, const char *path, uint64_t *ret_county,
    uint8_t ret_sk[64])
{
	struct buffer b = BUFFER_INIT;
	int rc = env_read_file(env, path, FILE_MAX_BYTES, &b);

	if (rc == STATUS_OK)
		rc = open_issuing(b.data, b.len, ret_county, ret_sk);
	else if (rc == STATUS_TOO_LARGE)
		rc = STATUS_CORRUPT;
	wipe_release(&b);
	return rc;
}
