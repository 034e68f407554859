#include <string.h>

#include "sync/keyring.h"
#include "sync/magic.h"

#define KEY_PLAIN_BYTES (4 + 32)
#define FILE_MAX_BYTES (MAGIC_BYTES + 2 + KEYRING_MAX * (5 + 32) + HASH_BYTES)

/* Recovery sheet: 256 bits of secret and 44 of check are 60 letters of 5 bits. */
#define RECOVERY_LETTERS 60
#define RECOVERY_GROUP 5
#define RECOVERY_CHECK_BYTES 6 /* the last four bits are not used */
#define RECOVERY_INPUT_MAX 512

_Static_assert(KEYWRAP_BYTES == KEY_PLAIN_BYTES + crypto_box_SEALBYTES,
    "a wrapped key is one sealed box");
_Static_assert(RECOVERY_TEXT_BYTES
    >= RECOVERY_LETTERS + RECOVERY_LETTERS / RECOVERY_GROUP, "text and NUL fit");

static const struct school_key *
find(const struct keyring *k, uint32_t generation)
{
	for (size_t i = 0; i < k->n; i++)
		if (k->keys[i].generation == generation)
			return &k->keys[i];
	return NULL;
}

static int
add(struct keyring *k, const struct school_key *key)
{
	const struct school_key *same = find(k, key->generation);
	size_t at = k->n;

	if (same != NULL)
		return sodium_memcmp(same->key, key->key, sizeof key->key) == 0
		    ? STATUS_OK : STATUS_FORK;
	if (k->n >= KEYRING_MAX)
		return STATUS_TOO_LARGE;
	while (at > 0 && k->keys[at - 1].generation > key->generation) {
		k->keys[at] = k->keys[at - 1];
		at--;
	}
	k->keys[at] = *key;
	k->n++;
	return STATUS_OK;
}

int
keyring_rotate(struct keyring *k, const struct env *env)
{
	const struct school_key *newest = keyring_newest(k);
	struct school_key key = {.generation = 1};
	int rc;

	if (newest != NULL && newest->generation == UINT32_MAX)
		return STATUS_TOO_LARGE;
	if (newest != NULL)
		key.generation = newest->generation + 1;
	env->random(env->ctx, key.key, sizeof key.key);
	rc = add(k, &key);
	sodium_memzero(&key, sizeof key);
	return rc;
}

int
keyring_rotate_apart(struct keyring *k, const struct env *env)
{
	const struct school_key *newest = keyring_newest(k);
	int64_t day = env->now_s(env->ctx) / 86400;
	struct school_key key;
	uint8_t bits[2];
	int rc;

	key.generation = (uint32_t)(day < 1 ? 1 : day > 0xffff ? 0xffff : day) << 15;
	if (newest != NULL && newest->generation > UINT32_MAX - 0x8000)
		return STATUS_TOO_LARGE;
	if (newest != NULL && newest->generation >= key.generation)
		key.generation = newest->generation + 1;
	env->random(env->ctx, bits, sizeof bits);
	key.generation += (uint32_t)(bits[0] & 0x7f) << 8 | bits[1];
	env->random(env->ctx, key.key, sizeof key.key);
	rc = add(k, &key);
	sodium_memzero(&key, sizeof key);
	return rc;
}

const struct school_key *
keyring_newest(const struct keyring *k)
{
	return k->n > 0 ? &k->keys[k->n - 1] : NULL;
}

int
keyring_wrap(const struct school_key *key, const uint8_t seal_pk[32],
    uint8_t ret[KEYWRAP_BYTES])
{
	uint8_t plain[KEY_PLAIN_BYTES], box[KEYWRAP_BYTES];
	int failed;

	if (key->generation == 0)
		return STATUS_USAGE;
	for (unsigned i = 0; i < 4; i++)
		plain[i] = (uint8_t)(key->generation >> (8 * i));
	memcpy(plain + 4, key->key, sizeof key->key);
	failed = crypto_box_seal(box, plain, sizeof plain, seal_pk);
	sodium_memzero(plain, sizeof plain);
	if (failed)
		return STATUS_USAGE;
	memcpy(ret, box, sizeof box);
	return STATUS_OK;
}

int
keyring_unwrap(struct keyring *k, const uint8_t *wrap, size_t len,
    const uint8_t seal_pk[32], const uint8_t seal_sk[32])
{
	uint8_t plain[KEY_PLAIN_BYTES];
	struct school_key key = {0};
	int rc;

	if (len != KEYWRAP_BYTES)
		return STATUS_MALFORMED;
	if (crypto_box_seal_open(plain, wrap, len, seal_pk, seal_sk) != 0)
		return STATUS_NOT_FOR_US;
	for (unsigned i = 0; i < 4; i++)
		key.generation |= (uint32_t)plain[i] << (8 * i);
	memcpy(key.key, plain + 4, sizeof key.key);
	rc = key.generation == 0 ? STATUS_MALFORMED : add(k, &key);
	sodium_memzero(plain, sizeof plain);
	sodium_memzero(&key, sizeof key);
	return rc;
}

int
keyring_save(const struct keyring *k, const struct env *env, const char *path)
{
	struct buffer b = BUFFER_INIT;
	uint8_t check[HASH_BYTES];
	int rc;

	/* All its room at once: growing would leave keys in freed memory. */
	buffer_extend(&b, FILE_MAX_BYTES);
	buffer_clear(&b);
	magic_put(&b, 'S');
	buffer_put_varint(&b, k->n);
	for (size_t i = 0; i < k->n; i++) {
		buffer_put_varint(&b, k->keys[i].generation);
		buffer_put(&b, k->keys[i].key, sizeof k->keys[i].key);
	}
	if (!b.failed) {
		hash_bytes("kehou 1 file", b.data, b.len, check);
		buffer_put(&b, check, sizeof check);
	}
	rc = buffer_status(&b);
	if (rc == STATUS_OK)
		rc = env_write_file(env, path, b.data, b.len);
	if (b.data != NULL)
		sodium_memzero(b.data, b.cap);
	buffer_release(&b);
	return rc;
}

static int
parse(const uint8_t *data, size_t len, struct keyring *ret)
{
	struct reader r;
	uint8_t check[HASH_BYTES];
	size_t n;
	int rc;

	reader_init(&r, data, len);
	rc = magic_read(&r, 'S');
	if (rc != STATUS_OK)
		return rc == STATUS_NEWER ? rc : STATUS_CORRUPT;
	n = reader_count(&r, KEYRING_MAX);
	for (size_t i = 0; i < n && !r.failed; i++) {
		struct school_key *key = &ret->keys[i];
		uint64_t generation = reader_varint(&r);

		if (generation > UINT32_MAX
		    || generation <= (i > 0 ? ret->keys[i - 1].generation : 0))
			return STATUS_CORRUPT;
		key->generation = (uint32_t)generation;
		reader_copy(&r, key->key, sizeof key->key);
	}
	ret->n = n;
	if (r.failed || r.left != HASH_BYTES)
		return STATUS_CORRUPT;
	hash_bytes("kehou 1 file", data, len - HASH_BYTES, check);
	return sodium_memcmp(check, r.p, HASH_BYTES) == 0 ? STATUS_OK : STATUS_CORRUPT;
}

int
keyring_load(const struct env *env, const char *path, struct keyring *ret)
{
	struct buffer b = BUFFER_INIT;
	struct keyring k = {0};
	int rc = env_read_file(env, path, FILE_MAX_BYTES, &b);

	if (rc == STATUS_OK)
		rc = parse(b.data, b.len, &k);
	else if (rc == STATUS_TOO_LARGE)
		rc = STATUS_CORRUPT;
	if (rc == STATUS_OK)
		*ret = k;
	keyring_wipe(&k);
	if (b.data != NULL)
		sodium_memzero(b.data, b.cap);
	buffer_release(&b);
	return rc;
}

void
keyring_wipe(struct keyring *k)
{
	sodium_memzero(k, sizeof *k);
}

/* ---- recovery sheet ---- */

static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* secret, then the start of its hash. */
static void
with_check(const uint8_t secret[32], uint8_t ret[32 + RECOVERY_CHECK_BYTES])
{
	uint8_t digest[HASH_BYTES];

	hash_bytes("kehou 1 recovery", secret, 32, digest);
	memcpy(ret, secret, 32);
	memcpy(ret + 32, digest, RECOVERY_CHECK_BYTES);
	ret[32 + RECOVERY_CHECK_BYTES - 1] &= 0xf0;
	sodium_memzero(digest, sizeof digest);
}

int
recovery_text(const uint8_t secret[32], char ret[RECOVERY_TEXT_BYTES])
{
	uint8_t bytes[32 + RECOVERY_CHECK_BYTES + 1] = {0};
	char *p = ret;

	with_check(secret, bytes);
	for (unsigned i = 0; i < RECOVERY_LETTERS; i++) {
		unsigned bit = i * 5;
		unsigned two = (unsigned)bytes[bit / 8] << 8 | bytes[bit / 8 + 1];

		if (i > 0 && i % RECOVERY_GROUP == 0)
			*p++ = '-';
		*p++ = letters[two >> (11 - bit % 8) & 31];
	}
	*p = 0;
	sodium_memzero(bytes, sizeof bytes);
	return STATUS_OK;
}

/* 0 .. 31, -1 for what may not be, -2 for what is skipped. */
static int
letter_value(char c)
{
	const char *p;

	if (c == ' ' || c == '-' || c == '\t' || c == '\r' || c == '\n')
		return -2;
	if (c >= 'a' && c <= 'z')
		c = (char)(c - 'a' + 'A');
	if (c == 'O')
		c = '0';
	if (c == 'I' || c == 'L')
		c = '1';
	p = c == 0 ? NULL : strchr(letters, c);
	return p == NULL ? -1 : (int)(p - letters);
}

static int
read_letters(const char *text, uint8_t bytes[32 + RECOVERY_CHECK_BYTES])
{
	unsigned n = 0;

	for (size_t i = 0; text[i] != 0; i++) {
		int v = letter_value(text[i]);

		if (i >= RECOVERY_INPUT_MAX)
			return STATUS_TOO_LARGE;
		if (v == -2)
			continue;
		if (v < 0)
			return STATUS_MALFORMED;
		if (n == RECOVERY_LETTERS)
			return STATUS_TOO_LARGE;
		for (unsigned b = 0; b < 5; b++)
			if (v >> (4 - b) & 1)
				bytes[(n * 5 + b) / 8] |=
				    (uint8_t)(0x80 >> (n * 5 + b) % 8);
		n++;
	}
	return n == RECOVERY_LETTERS ? STATUS_OK : STATUS_TRUNCATED;
}

int
recovery_parse(const char *text, uint8_t ret_secret[32])
{
	uint8_t bytes[32 + RECOVERY_CHECK_BYTES] = {0};
	uint8_t good[32 + RECOVERY_CHECK_BYTES];
	int rc = read_letters(text, bytes);

	if (rc == STATUS_OK) {
		with_check(bytes, good);
		if (sodium_memcmp(bytes, good, sizeof good) != 0)
			rc = STATUS_BAD_SIGNATURE;
		else
			memcpy(ret_secret, bytes, 32);
		sodium_memzero(good, sizeof good);
	}
	sodium_memzero(bytes, sizeof bytes);
	return rc;
}
