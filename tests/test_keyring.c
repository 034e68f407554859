/* School keys in generations, wrapped to devices and to the recovery sheet. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "sync/keyring.h"

static char dir[] = "/tmp/kehou-keyring-XXXXXX";
static char path[64];
static const struct env *const env = &env_posix;

static void
rotation_gives_ascending_generations_up_to_the_maximum(void **state)
{
	struct keyring k = {0};

	(void)state;
	assert_null(keyring_newest(&k));
	for (unsigned i = 1; i <= KEYRING_MAX; i++) {
		assert_int_equal(keyring_rotate(&k, env), STATUS_OK);
		assert_int_equal(keyring_newest(&k)->generation, i);
	}
	assert_memory_not_equal(k.keys[0].key, k.keys[1].key, 32);
	assert_int_equal(keyring_rotate(&k, env), STATUS_TOO_LARGE);
	assert_int_equal(k.n, KEYRING_MAX);
	keyring_wipe(&k);
	assert_true(sodium_is_zero((uint8_t *)&k, sizeof k));
}

static void
wrapped_key_opens_for_its_recipient_alone(void **state)
{
	struct keyring k = {0}, out = {0};
	struct identity device, other;
	uint8_t wrap[KEYWRAP_BYTES];

	(void)state;
	assert_int_equal(keyring_rotate(&k, env), STATUS_OK);
	assert_int_equal(identity_generate(env, &device), STATUS_OK);
	assert_int_equal(identity_generate(env, &other), STATUS_OK);
	assert_int_equal(keyring_wrap(keyring_newest(&k), device.pub.seal_pk, wrap),
	    STATUS_OK);
	assert_int_equal(keyring_unwrap(&out, wrap, sizeof wrap, other.pub.seal_pk,
	    other.seal_sk), STATUS_NOT_FOR_US);
	assert_int_equal(keyring_unwrap(&out, wrap, sizeof wrap - 1, device.pub.seal_pk,
	    device.seal_sk), STATUS_MALFORMED);
	assert_int_equal(out.n, 0);
	assert_int_equal(keyring_unwrap(&out, wrap, sizeof wrap, device.pub.seal_pk,
	    device.seal_sk), STATUS_OK);
	assert_memory_equal(&out.keys[0], &k.keys[0], sizeof k.keys[0]);
	/* Again: nothing changes. */
	assert_int_equal(keyring_unwrap(&out, wrap, sizeof wrap, device.pub.seal_pk,
	    device.seal_sk), STATUS_OK);
	assert_int_equal(out.n, 1);
	for (size_t i = 0; i < sizeof wrap; i++) {
		wrap[i] ^= 4;
		assert_int_equal(keyring_unwrap(&out, wrap, sizeof wrap,
		    device.pub.seal_pk, device.seal_sk), STATUS_NOT_FOR_US);
		wrap[i] ^= 4;
	}
}

static void
generations_are_kept_in_order_and_a_second_key_for_one_is_refused(void **state)
{
	struct keyring k = {0}, out = {0};
	struct identity device;
	struct school_key forged;
	uint8_t wrap[KEYWRAP_BYTES];

	(void)state;
	assert_int_equal(identity_generate(env, &device), STATUS_OK);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(keyring_rotate(&k, env), STATUS_OK);
	for (unsigned i = 3; i-- > 0; ) {
		assert_int_equal(keyring_wrap(&k.keys[i], device.pub.seal_pk, wrap),
		    STATUS_OK);
		assert_int_equal(keyring_unwrap(&out, wrap, sizeof wrap,
		    device.pub.seal_pk, device.seal_sk), STATUS_OK);
	}
	assert_memory_equal(&out, &k, sizeof k);
	forged = k.keys[1];
	forged.key[0] ^= 1;
	assert_int_equal(keyring_wrap(&forged, device.pub.seal_pk, wrap), STATUS_OK);
	assert_int_equal(keyring_unwrap(&out, wrap, sizeof wrap, device.pub.seal_pk,
	    device.seal_sk), STATUS_FORK);
	forged.generation = 0;
	assert_int_equal(keyring_wrap(&forged, device.pub.seal_pk, wrap), STATUS_USAGE);
	assert_memory_equal(&out, &k, sizeof k);
}

static void
write_bytes(const uint8_t *data, size_t len)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static void
key_file_is_replaced_and_tells_damage(void **state)
{
	struct keyring k = {0}, out;
	uint8_t data[4096];
	size_t len;
	FILE *f;

	(void)state;
	memset(&out, 0x5a, sizeof out);
	assert_int_equal(keyring_load(env, path, &out), STATUS_NOT_FOUND);
	assert_int_equal(keyring_rotate(&k, env), STATUS_OK);
	assert_int_equal(keyring_save(&k, env, path), STATUS_OK);
	assert_int_equal(keyring_rotate(&k, env), STATUS_OK);
	assert_int_equal(keyring_save(&k, env, path), STATUS_OK);
	f = fopen(path, "rb");
	assert_non_null(f);
	len = fread(data, 1, sizeof data, f);
	fclose(f);
	for (size_t i = 0; i < len; i++) {
		data[i] ^= 0x10;
		write_bytes(data, len);
		assert_int_equal(keyring_load(env, path, &out), STATUS_CORRUPT);
		data[i] ^= 0x10;
		write_bytes(data, i);
		assert_int_equal(keyring_load(env, path, &out), STATUS_CORRUPT);
	}
	assert_int_equal(((uint8_t *)&out)[0], 0x5a);
	write_bytes(data, len);
	assert_int_equal(keyring_load(env, path, &out), STATUS_OK);
	assert_memory_equal(&out, &k, sizeof k);
	data[3] = '2';
	write_bytes(data, len);
	assert_int_equal(keyring_load(env, path, &out), STATUS_NEWER);
}

static void
full_keyring_is_saved_and_loaded(void **state)
{
	struct keyring k = {0}, out;

	(void)state;
	for (unsigned i = 0; i < KEYRING_MAX; i++) {
		k.keys[i].generation = UINT32_MAX - KEYRING_MAX + 1 + i;
		memset(k.keys[i].key, (int)i, 32);
	}
	k.n = KEYRING_MAX;
	assert_int_equal(keyring_save(&k, env, path), STATUS_OK);
	assert_int_equal(keyring_load(env, path, &out), STATUS_OK);
	assert_memory_equal(&out, &k, sizeof k);
}

/* ---- recovery sheet ---- */

static void
recovery_text_is_groups_of_five_and_reads_back(void **state)
{
	uint8_t secret[32], out[32];
	char text[RECOVERY_TEXT_BYTES];

	(void)state;
	for (unsigned n = 0; n < 100; n++) {
		env->random(env->ctx, secret, sizeof secret);
		assert_int_equal(recovery_text(secret, text), STATUS_OK);
		assert_int_equal(strlen(text), 71);
		for (unsigned i = 5; i < 71; i += 6)
			assert_int_equal(text[i], '-');
		assert_int_equal(recovery_parse(text, out), STATUS_OK);
		assert_memory_equal(secret, out, sizeof secret);
	}
}

static void
recovery_text_forgives_case_spaces_and_lookalikes(void **state)
{
	uint8_t secret[32] = {0}, out[32];
	char text[RECOVERY_TEXT_BYTES], sloppy[2 * RECOVERY_TEXT_BYTES], *p = sloppy;

	(void)state;
	secret[3] = 0x42; /* many 0, some 1 */
	assert_int_equal(recovery_text(secret, text), STATUS_OK);
	for (unsigned i = 0; text[i] != 0; i++) {
		if (text[i] == '0')
			*p++ = i % 2 ? 'o' : 'O';
		else if (text[i] == '1')
			*p++ = i % 2 ? 'l' : 'I';
		else if (text[i] != '-')
			*p++ = (char)tolower(text[i]);
		if (i % 4 == 0)
			*p++ = i % 8 ? ' ' : '\n';
	}
	*p = 0;
	assert_int_equal(recovery_parse(sloppy, out), STATUS_OK);
	assert_memory_equal(secret, out, sizeof secret);
}

static void
one_wrong_missing_or_added_letter_is_noticed(void **state)
{
	static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	uint8_t secret[32], out[32] = {9}, nine[32] = {9};
	char text[RECOVERY_TEXT_BYTES], longer[RECOVERY_TEXT_BYTES + 1];

	(void)state;
	env->random(env->ctx, secret, sizeof secret);
	assert_int_equal(recovery_text(secret, text), STATUS_OK);
	for (unsigned i = 0; i < 71; i++) {
		char was = text[i];

		if (was == '-')
			continue;
		for (unsigned l = 0; l < 32; l++) {
			text[i] = letters[l];
			if (letters[l] != was)
				assert_int_equal(recovery_parse(text, out),
				    STATUS_BAD_SIGNATURE);
		}
		text[i] = 'U';
		assert_int_equal(recovery_parse(text, out), STATUS_MALFORMED);
		text[i] = ' ';
		assert_int_equal(recovery_parse(text, out), STATUS_TRUNCATED);
		text[i] = was;
	}
	snprintf(longer, sizeof longer, "%s0", text);
	assert_int_equal(recovery_parse(longer, out), STATUS_TOO_LARGE);
	assert_int_equal(recovery_parse("", out), STATUS_TRUNCATED);
	assert_memory_equal(out, nine, sizeof out);
}

static int
remove_file(void **state)
{
	(void)state;
	(void)unlink(path);
	return 0;
}

static int
group_teardown(void **state)
{
	remove_file(state);
	return rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rotation_gives_ascending_generations_up_to_the_maximum),
		cmocka_unit_test(wrapped_key_opens_for_its_recipient_alone),
		cmocka_unit_test(generations_are_kept_in_order_and_a_second_key_for_one_is_refused),
		cmocka_unit_test_setup(key_file_is_replaced_and_tells_damage, remove_file),
		cmocka_unit_test_setup(full_keyring_is_saved_and_loaded, remove_file),
		cmocka_unit_test(recovery_text_is_groups_of_five_and_reads_back),
		cmocka_unit_test(recovery_text_forgives_case_spaces_and_lookalikes),
		cmocka_unit_test(one_wrong_missing_or_added_letter_is_noticed),
	};

	if (sodium_init() < 0 || mkdtemp(dir) == NULL)
		return 1;
	snprintf(path, sizeof path, "%s/keys", dir);
	return cmocka_run_group_tests(tests, NULL, group_teardown);
}
