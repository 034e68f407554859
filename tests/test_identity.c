/* Keys: hashes with contexts, key files, the county's secret keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "sync/roster.h"

static char dir[] = "/tmp/kehou-identity-XXXXXX";
static char path[64];
static const struct env *const env = &env_posix;

static int
each_setup(void **state)
{
	(void)state;
	snprintf(path, sizeof path, "%s/key", dir);
	(void)unlink(path);
	return 0;
}

/* The file's bytes, to be changed and written back. */
static size_t
slurp(uint8_t *data, size_t max)
{
	FILE *f = fopen(path, "rb");
	size_t n;

	assert_non_null(f);
	n = fread(data, 1, max, f);
	fclose(f);
	return n;
}

static void
spit(const uint8_t *data, size_t len)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static void
hash_is_blake2b_of_context_with_nul_then_data(void **state)
{
	uint8_t a[HASH_BYTES], b[HASH_BYTES];
	struct hash h;

	(void)state;
	hash_bytes("kehou 1 leaf", "abc", 3, a);
	crypto_generichash(b, sizeof b, (const uint8_t *)"kehou 1 leaf\0abc", 16, NULL, 0);
	assert_memory_equal(a, b, sizeof a);
	hash_init(&h, "kehou 1 leaf");
	hash_update(&h, "a", 1);
	hash_update(&h, NULL, 0);
	hash_update(&h, "bc", 2);
	hash_final(&h, b);
	assert_memory_equal(a, b, sizeof a);
	hash_bytes("kehou 1 leafa", "bc", 2, b);
	assert_memory_not_equal(a, b, sizeof a);
}

static void
signature_holds_for_its_context_data_and_key_alone(void **state)
{
	struct identity a, b;
	uint8_t sig[SIGNATURE_BYTES];

	(void)state;
	assert_int_equal(identity_generate(env, &a), STATUS_OK);
	assert_int_equal(identity_generate(env, &b), STATUS_OK);
	identity_sign(&a, "kehou 1 receipt", "xyz", 3, sig);
	assert_int_equal(identity_verify(a.pub.sign_pk, "kehou 1 receipt", "xyz", 3, sig),
	    STATUS_OK);
	assert_int_equal(identity_verify(a.pub.sign_pk, "kehou 1 verdict", "xyz", 3, sig),
	    STATUS_BAD_SIGNATURE);
	assert_int_equal(identity_verify(a.pub.sign_pk, "kehou 1 receipt", "xyy", 3, sig),
	    STATUS_BAD_SIGNATURE);
	assert_int_equal(identity_verify(b.pub.sign_pk, "kehou 1 receipt", "xyz", 3, sig),
	    STATUS_BAD_SIGNATURE);
	sig[0] ^= 1;
	assert_int_equal(identity_verify(a.pub.sign_pk, "kehou 1 receipt", "xyz", 3, sig),
	    STATUS_BAD_SIGNATURE);
}

static void
two_nodes_have_other_keys_and_ids(void **state)
{
	struct identity a, b;

	(void)state;
	assert_int_equal(identity_generate(env, &a), STATUS_OK);
	assert_int_equal(identity_generate(env, &b), STATUS_OK);
	assert_int_not_equal(node_id_compare(&a.pub.id, &b.pub.id), 0);
	assert_memory_not_equal(a.sign_sk, b.sign_sk, 32);
	assert_memory_not_equal(a.sign_sk, a.seal_sk, 32);
}

static void
id_depends_on_both_public_keys(void **state)
{
	struct identity a;
	struct identity_public p;

	(void)state;
	assert_int_equal(identity_generate(env, &a), STATUS_OK);
	p = a.pub;
	p.seal_pk[31] ^= 1;
	identity_derive(&p);
	assert_int_not_equal(node_id_compare(&a.pub.id, &p.id), 0);
	p = a.pub;
	p.sign_pk[31] ^= 1;
	identity_derive(&p);
	assert_int_not_equal(node_id_compare(&a.pub.id, &p.id), 0);
}

static void
key_file_loads_again_is_private_and_is_never_overwritten(void **state)
{
	struct identity a, b;
	struct stat st;

	(void)state;
	assert_int_equal(identity_generate(env, &a), STATUS_OK);
	assert_int_equal(identity_load(env, path, &b), STATUS_NOT_FOUND);
	assert_int_equal(identity_save(&a, env, path), STATUS_OK);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(identity_load(env, path, &b), STATUS_OK);
	assert_memory_equal(&a, &b, sizeof a);
	assert_int_equal(identity_generate(env, &b), STATUS_OK);
	assert_int_equal(identity_save(&b, env, path), STATUS_EXISTS);
	assert_int_equal(identity_load(env, path, &b), STATUS_OK);
	assert_memory_equal(&a, &b, sizeof a);
}

static void
damaged_key_file_is_corrupt_wherever_it_is_damaged(void **state)
{
	struct identity a, out;
	uint8_t data[256];
	size_t len;

	(void)state;
	memset(&out, 0x5a, sizeof out);
	assert_int_equal(identity_generate(env, &a), STATUS_OK);
	assert_int_equal(identity_save(&a, env, path), STATUS_OK);
	len = slurp(data, sizeof data);
	assert_int_equal(len, 100);
	for (size_t i = 0; i < len; i++) {
		data[i] ^= 0x10;
		spit(data, len);
		assert_int_equal(identity_load(env, path, &out), STATUS_CORRUPT);
		data[i] ^= 0x10;
	}
	for (size_t n = 0; n < len; n++) {
		spit(data, n);
		assert_int_equal(identity_load(env, path, &out), STATUS_CORRUPT);
	}
	spit(data, len + 1);
	assert_int_equal(identity_load(env, path, &out), STATUS_CORRUPT);
	data[3] = '2';
	spit(data, len);
	assert_int_equal(identity_load(env, path, &out), STATUS_NEWER);
	for (size_t i = 0; i < sizeof out; i++)
		assert_int_equal(((uint8_t *)&out)[i], 0x5a);
}

static void
wiped_identity_holds_nothing(void **state)
{
	struct identity a;

	(void)state;
	assert_int_equal(identity_generate(env, &a), STATUS_OK);
	identity_wipe(&a);
	assert_true(sodium_is_zero((uint8_t *)&a, sizeof a));
}

/* ---- the county's keys ---- */

static const char pass[] = "correct horse 课后";

static void
root_key(uint8_t sk[64])
{
	uint8_t pk[32];

	crypto_sign_keypair(pk, sk);
}

/* A root key file made by hand from FORMAT.md with a work factor of our own. */
static size_t
craft_root(const uint8_t sk[64], uint64_t ops, uint64_t memory_kib, uint8_t *out)
{
	struct buffer b = BUFFER_INIT;
	uint8_t salt[16], nonce[24], key[32], plain[64], box[80], check[32];
	size_t len;

	randombytes_buf(salt, sizeof salt);
	randombytes_buf(nonce, sizeof nonce);
	buffer_put(&b, "KHT1", 4);
	buffer_put_varint(&b, 410185);
	buffer_put_varint(&b, ops);
	buffer_put_varint(&b, memory_kib);
	buffer_put(&b, salt, sizeof salt);
	buffer_put(&b, nonce, sizeof nonce);
	hash_bytes("kehou 1 file", b.data, b.len, plain);
	memcpy(plain + 32, sk, 32);
	memset(key, 0, sizeof key);
	if (memory_kib <= 1024)
		assert_int_equal(crypto_pwhash(key, 32, pass, strlen(pass), salt, ops,
		    memory_kib * 1024, crypto_pwhash_ALG_ARGON2ID13), 0);
	crypto_secretbox_easy(box, plain, sizeof plain, nonce, key);
	buffer_put(&b, box, sizeof box);
	hash_bytes("kehou 1 file", b.data, b.len, check);
	buffer_put(&b, check, sizeof check);
	len = b.len;
	memcpy(out, b.data, len);
	buffer_release(&b);
	return len;
}

static int
load_root(const char *passphrase, uint8_t ret_sk[64])
{
	uint64_t county;

	return roster_root_load(env, path, passphrase, strlen(passphrase), &county, ret_sk);
}

static void
root_key_opens_with_its_passphrase_alone(void **state)
{
	uint8_t sk[64], out[64];
	uint64_t county = 0;

	(void)state;
	root_key(sk);
	assert_int_equal(roster_root_save(sk, 410185, "short", 5, env, path), STATUS_USAGE);
	assert_int_equal(roster_root_save(sk, 410185, pass, strlen(pass), env, path),
	    STATUS_OK);
	assert_int_equal(roster_root_save(sk, 410185, pass, strlen(pass), env, path),
	    STATUS_EXISTS);
	assert_int_equal(roster_root_load(env, path, pass, strlen(pass), &county, out),
	    STATUS_OK);
	assert_true(county == 410185);
	assert_memory_equal(sk, out, sizeof sk);
	assert_int_equal(load_root("correct horse", out), STATUS_PASSPHRASE);
}

static void
root_key_file_with_another_work_factor_opens_within_bounds(void **state)
{
	uint8_t sk[64], out[64], data[256];

	(void)state;
	root_key(sk);
	spit(data, craft_root(sk, 1, 8, data));
	assert_int_equal(load_root(pass, out), STATUS_OK);
	assert_memory_equal(sk, out, sizeof sk);
	assert_int_equal(load_root("another passphrase", out), STATUS_PASSPHRASE);
	spit(data, craft_root(sk, 17, 8, data));
	assert_int_equal(load_root(pass, out), STATUS_TOO_LARGE);
	spit(data, craft_root(sk, 1, 256 * 1024 + 1, data));
	assert_int_equal(load_root(pass, out), STATUS_TOO_LARGE);
}

static void
damaged_root_key_file_is_not_taken_for_a_wrong_passphrase(void **state)
{
	uint8_t sk[64], out[64], data[256];
	size_t len;

	(void)state;
	root_key(sk);
	len = craft_root(sk, 1, 8, data);
	for (size_t i = 0; i < len; i++) {
		int rc;

		data[i] ^= 0x10;
		spit(data, len);
		rc = load_root(pass, out);
		assert_true(rc == STATUS_CORRUPT || rc == STATUS_TOO_LARGE);
		data[i] ^= 0x10;
	}
	for (size_t n = 0; n < len; n++) {
		spit(data, n);
		assert_int_equal(load_root(pass, out), STATUS_CORRUPT);
	}
}

static void
issuing_key_file_loads_again_and_tells_damage(void **state)
{
	uint8_t sk[64], out[64], data[256];
	uint64_t county = 0;
	size_t len;

	(void)state;
	root_key(sk);
	assert_int_equal(roster_issuing_save(sk, 410185, env, path), STATUS_OK);
	assert_int_equal(roster_issuing_save(sk, 410185, env, path), STATUS_EXISTS);
	assert_int_equal(roster_issuing_load(env, path, &county, out), STATUS_OK);
	assert_true(county == 410185);
	assert_memory_equal(sk, out, sizeof sk);
	len = slurp(data, sizeof data);
	for (size_t i = 0; i < len; i++) {
		data[i] ^= 0x10;
		spit(data, len);
		assert_int_equal(roster_issuing_load(env, path, &county, out),
		    STATUS_CORRUPT);
		data[i] ^= 0x10;
	}
}

static int
group_teardown(void **state)
{
	(void)state;
	(void)unlink(path);
	return rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hash_is_blake2b_of_context_with_nul_then_data),
		cmocka_unit_test(signature_holds_for_its_context_data_and_key_alone),
		cmocka_unit_test(two_nodes_have_other_keys_and_ids),
		cmocka_unit_test(id_depends_on_both_public_keys),
		cmocka_unit_test_setup(key_file_loads_again_is_private_and_is_never_overwritten,
		    each_setup),
		cmocka_unit_test_setup(damaged_key_file_is_corrupt_wherever_it_is_damaged,
		    each_setup),
		cmocka_unit_test(wiped_identity_holds_nothing),
		cmocka_unit_test_setup(root_key_opens_with_its_passphrase_alone, each_setup),
		cmocka_unit_test_setup(root_key_file_with_another_work_factor_opens_within_bounds,
		    each_setup),
		cmocka_unit_test_setup(damaged_root_key_file_is_not_taken_for_a_wrong_passphrase,
		    each_setup),
		cmocka_unit_test_setup(issuing_key_file_loads_again_and_tells_damage,
		    each_setup),
	};

	if (sodium_init() < 0 || mkdtemp(dir) == NULL)
		return 1;
	return cmocka_run_group_tests(tests, NULL, group_teardown);
}
