/* Receipt: what a hub says, signed, that it has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/vectors/trust.h"

static struct identity hub;

static void
setup(enum trust_size size, struct receipt *r, struct buffer *b)
{
	*b = (struct buffer)BUFFER_INIT;
	trust_receipt(size, r);
	assert_int_equal(receipt_build(r, &hub, b), STATUS_OK);
}

static int
read_again(const struct buffer *b)
{
	struct receipt r = {0};
	int rc = receipt_read(b->data, b->len, TRUST_COUNTY, hub.pub.sign_pk, &r);

	receipt_release(&r);
	return rc;
}

static void
vectors_are_rebuilt_byte_for_byte(void **state)
{
	(void)state;
	for (unsigned i = TRUST_SMALL; i <= TRUST_MAXIMAL; i++)
		assert_true(trust_vector_matches("receipt", (enum trust_size)i));
}

static void
what_is_read_is_what_was_signed(void **state)
{
	(void)state;
	for (unsigned i = TRUST_SMALL; i <= TRUST_MAXIMAL; i++) {
		struct receipt r, again;
		struct buffer b, copy = BUFFER_INIT;
		struct node_id by;

		setup((enum trust_size)i, &r, &b);
		assert_int_equal(receipt_read(b.data, b.len, TRUST_COUNTY,
		    hub.pub.sign_pk, &again), STATUS_OK);
		assert_true(again.epoch == r.epoch && again.supersedes == r.supersedes);
		assert_true(again.scope == r.scope && again.time_s == r.time_s);
		assert_true(again.number == r.number && again.n == r.n);
		for (size_t e = 0; e < r.n; e++) {
			assert_int_equal(stream_id_compare(&again.entries[e].stream,
			    &r.entries[e].stream), 0);
			assert_true(again.entries[e].stored == r.entries[e].stored);
			assert_true(again.entries[e].merged == r.entries[e].merged);
			assert_memory_equal(again.entries[e].merged_hash,
			    r.entries[e].merged_hash, HASH_BYTES);
			assert_int_equal(again.entries[e].exceptions,
			    r.entries[e].exceptions);
		}
		receipt_encode(&again, &copy);
		assert_int_equal(copy.len, b.len - SIGNATURE_BYTES);
		assert_memory_equal(copy.data, b.data, copy.len);
		assert_int_equal(receipt_signer(b.data, b.len, &by), STATUS_OK);
		assert_int_equal(node_id_compare(&by, &hub.pub.id), 0);
		buffer_release(&copy);
		buffer_release(&b);
		receipt_release(&again);
		receipt_release(&r);
	}
}

static void
any_changed_byte_is_refused(void **state)
{
	struct receipt r;
	struct buffer b;

	(void)state;
	setup(TRUST_SEVERAL, &r, &b);
	for (size_t i = 0; i < b.len; i++) {
		b.data[i] = (uint8_t)(b.data[i] ^ 1 << i % 8);
		assert_int_not_equal(read_again(&b), STATUS_OK);
		b.data[i] = (uint8_t)(b.data[i] ^ 1 << i % 8);
	}
	b.data[3] = '2';
	assert_int_equal(read_again(&b), STATUS_NEWER);
	buffer_release(&b);
	receipt_release(&r);
}

static void
truncation_at_every_length_and_a_byte_too_many_are_refused(void **state)
{
	struct receipt r;
	struct buffer b;
	size_t len;

	(void)state;
	setup(TRUST_SEVERAL, &r, &b);
	len = b.len;
	for (b.len = 0; b.len < len; b.len++)
		assert_int_equal(read_again(&b), STATUS_TRUNCATED);
	buffer_put_u8(&b, 0);
	assert_int_equal(read_again(&b), STATUS_MALFORMED);
	buffer_release(&b);
	receipt_release(&r);
}

static void
other_county_is_foreign_and_other_signer_is_refused(void **state)
{
	struct receipt r, out = {.county = 5};
	struct buffer b;
	struct identity other;

	(void)state;
	setup(TRUST_SMALL, &r, &b);
	trust_node("stranger", 0, &other);
	assert_int_equal(receipt_read(b.data, b.len, TRUST_COUNTY + 1, hub.pub.sign_pk,
	    &out), STATUS_FOREIGN);
	assert_int_equal(receipt_read(b.data, b.len, TRUST_COUNTY, other.pub.sign_pk,
	    &out), STATUS_BAD_SIGNATURE);
	assert_true(out.county == 5);
	assert_int_equal(receipt_build(&r, &other, &b), STATUS_USAGE);
	buffer_release(&b);
	receipt_release(&r);
}

/* A change that build refuses, and that read refuses in well-signed bytes. */
#define EXPECT_REFUSED(change) do { \
	struct receipt r; \
	struct buffer b; \
	uint8_t sig[SIGNATURE_BYTES]; \
	setup(TRUST_SEVERAL, &r, &b); \
	change; \
	assert_int_equal(receipt_build(&r, &hub, &b), STATUS_USAGE); \
	buffer_clear(&b); \
	receipt_encode(&r, &b); \
	identity_sign(&hub, "kehou 1 receipt", b.data, b.len, sig); \
	buffer_put(&b, sig, sizeof sig); \
	assert_int_equal(read_again(&b), STATUS_MALFORMED); \
	buffer_release(&b); \
	receipt_release(&r); \
} while (0)

static void
entries_are_sorted_unique_and_of_the_receipts_scope(void **state)
{
	(void)state;
	EXPECT_REFUSED(r.entries[1] = r.entries[0]);
	EXPECT_REFUSED(struct receipt_entry e = r.entries[0]; r.entries[0] = r.entries[1];
	    r.entries[1] = e);
	EXPECT_REFUSED(r.entries[0].stream.scope++);
}

static void
merged_is_never_beyond_stored(void **state)
{
	(void)state;
	EXPECT_REFUSED(r.entries[0].stored = 1; r.entries[0].merged = 2);
	EXPECT_REFUSED(r.entries[0].stored = 0; r.entries[0].merged = 0;
	    memset(r.entries[0].merged_hash, 0, HASH_BYTES));
}

static void
epochs_numbers_and_time_are_bounded(void **state)
{
	(void)state;
	EXPECT_REFUSED(r.county = 99999);
	EXPECT_REFUSED(r.county = 1000000);
	EXPECT_REFUSED(r.n = 0; r.scope = 999999999);
	EXPECT_REFUSED(r.n = 0; r.scope = UINT64_C(10000000000));
	EXPECT_REFUSED(r.epoch = 0);
	EXPECT_REFUSED(r.epoch = UINT64_C(1) << EPOCH_BITS);
	EXPECT_REFUSED(r.supersedes = r.epoch);
	EXPECT_REFUSED(r.number = 0);
	EXPECT_REFUSED(r.time_s = -1);
	EXPECT_REFUSED(r.time_s = INT64_C(7258118400));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors_are_rebuilt_byte_for_byte),
		cmocka_unit_test(what_is_read_is_what_was_signed),
		cmocka_unit_test(any_changed_byte_is_refused),
		cmocka_unit_test(truncation_at_every_length_and_a_byte_too_many_are_refused),
		cmocka_unit_test(other_county_is_foreign_and_other_signer_is_refused),
		cmocka_unit_test(entries_are_sorted_unique_and_of_the_receipts_scope),
		cmocka_unit_test(merged_is_never_beyond_stored),
		cmocka_unit_test(epochs_numbers_and_time_are_bounded),
	};

	if (sodium_init() < 0)
		return 1;
	trust_node("hub", 0, &hub);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
