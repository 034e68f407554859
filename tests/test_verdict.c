/* Verdict: a hub refuses one write, signed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/vectors/trust.h"

static struct identity hub;

static void
setup(enum trust_size size, struct verdict *v, struct buffer *b)
{
	*b = (struct buffer)BUFFER_INIT;
	trust_verdict(size, v);
	assert_int_equal(verdict_build(v, &hub, b), STATUS_OK);
}

static int
read_again(const struct buffer *b)
{
	struct verdict v;

	return verdict_read(b->data, b->len, TRUST_COUNTY, hub.pub.sign_pk, &v);
}

static void
vectors_are_rebuilt_byte_for_byte(void **state)
{
	(void)state;
	for (unsigned i = TRUST_SMALL; i <= TRUST_MAXIMAL; i++)
		assert_true(trust_vector_matches("verdict", (enum trust_size)i));
}

static void
what_is_read_is_what_was_signed(void **state)
{
	(void)state;
	for (unsigned i = TRUST_SMALL; i <= TRUST_MAXIMAL; i++) {
		struct verdict v, again;
		struct buffer b, copy = BUFFER_INIT;
		struct node_id by;

		setup((enum trust_size)i, &v, &b);
		assert_int_equal(verdict_read(b.data, b.len, TRUST_COUNTY,
		    hub.pub.sign_pk, &again), STATUS_OK);
		assert_int_equal(stream_id_compare(&again.stream, &v.stream), 0);
		assert_true(again.seq == v.seq && again.time_s == v.time_s);
		assert_true(again.row == v.row && again.reason == v.reason);
		verdict_encode(&again, &copy);
		assert_int_equal(copy.len, b.len - SIGNATURE_BYTES);
		assert_memory_equal(copy.data, b.data, copy.len);
		assert_int_equal(verdict_signer(b.data, b.len, &by), STATUS_OK);
		assert_int_equal(node_id_compare(&by, &hub.pub.id), 0);
		buffer_release(&copy);
		buffer_release(&b);
	}
}

static void
any_changed_or_missing_byte_is_refused(void **state)
{
	struct verdict v;
	struct buffer b;
	size_t len;

	(void)state;
	setup(TRUST_SEVERAL, &v, &b);
	len = b.len;
	for (size_t i = 0; i < len; i++) {
		b.data[i] = (uint8_t)(b.data[i] ^ 1 << i % 8);
		assert_int_not_equal(read_again(&b), STATUS_OK);
		b.data[i] = (uint8_t)(b.data[i] ^ 1 << i % 8);
	}
	for (b.len = 0; b.len < len; b.len++)
		assert_int_equal(read_again(&b), STATUS_TRUNCATED);
	assert_int_equal(read_again(&b), STATUS_OK);
	buffer_put_u8(&b, 0);
	assert_int_equal(read_again(&b), STATUS_MALFORMED);
	b.data[3] = '2';
	assert_int_equal(read_again(&b), STATUS_NEWER);
	buffer_release(&b);
}

static void
other_county_is_foreign_and_other_signer_is_refused(void **state)
{
	struct verdict v, out = {.county = 5};
	struct buffer b;
	struct identity other;

	(void)state;
	setup(TRUST_SMALL, &v, &b);
	trust_node("stranger", 0, &other);
	assert_int_equal(verdict_read(b.data, b.len, TRUST_COUNTY + 1, hub.pub.sign_pk,
	    &out), STATUS_FOREIGN);
	assert_int_equal(verdict_read(b.data, b.len, TRUST_COUNTY, other.pub.sign_pk,
	    &out), STATUS_BAD_SIGNATURE);
	assert_true(out.county == 5);
	assert_int_equal(verdict_build(&v, &other, &b), STATUS_USAGE);
	buffer_release(&b);
}

/* A change that build refuses, and that read refuses in well-signed bytes. */
static void
expect_refused(const struct verdict *v)
{
	struct buffer b = BUFFER_INIT;
	uint8_t sig[SIGNATURE_BYTES];

	assert_int_equal(verdict_build(v, &hub, &b), STATUS_USAGE);
	assert_int_equal(b.len, 0);
	verdict_encode(v, &b);
	identity_sign(&hub, "kehou 1 verdict", b.data, b.len, sig);
	buffer_put(&b, sig, sizeof sig);
	assert_int_equal(read_again(&b), STATUS_MALFORMED);
	buffer_release(&b);
}

static void
values_out_of_range_are_refused(void **state)
{
	struct verdict good, v;

	(void)state;
	trust_verdict(TRUST_SMALL, &good);
	v = good;
	v.county = 99999;
	expect_refused(&v);
	v = good;
	v.seq = 0;
	expect_refused(&v);
	v = good;
	v.reason = 0;
	expect_refused(&v);
	v.reason = 4;
	expect_refused(&v);
	v = good;
	v.time_s = -1;
	expect_refused(&v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors_are_rebuilt_byte_for_byte),
		cmocka_unit_test(what_is_read_is_what_was_signed),
		cmocka_unit_test(any_changed_or_missing_byte_is_refused),
		cmocka_unit_test(other_county_is_foreign_and_other_signer_is_refused),
		cmocka_unit_test(values_out_of_range_are_refused),
	};

	if (sodium_init() < 0)
		return 1;
	trust_node("hub", 0, &hub);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
