#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include <stdio.h>

#include "sync/facts.h"
#include "sync/pack.h"
#include "tests/bench/day_model.h"

static size_t
day_bytes(int days, bool everything)
{
	struct stream_id stream = day_stream();
	struct buffer facts = BUFFER_INIT, packed = BUFFER_INIT;
	struct batch b;
	size_t len;

	batch_init(&b);
	assert_int_equal(day_model(&b, 2026, 0, days, everything), STATUS_OK);
	assert_int_equal(facts_encode(&day_registry, &stream, &b, &facts), STATUS_OK);
	assert_int_equal(pack(facts.data, facts.len, &packed), STATUS_OK);
	len = packed.len;
	batch_release(&b);
	buffer_release(&facts);
	buffer_release(&packed);
	return len;
}

/* 247 bytes are envelope, signature and header. */
static void
marks_stay_within_their_bytes(void **ctx)
{
	(void)ctx;
	assert_true(day_bytes(1, true) + 247 <= 29 * DAY_MARKS / 10);
	assert_true(day_bytes(5, true) + 247 <= 20 * 5 * DAY_MARKS / 10);
	assert_true(day_bytes(1, false) + 247 <= 15 * DAY_MARKS / 10);
	assert_true(day_bytes(5, false) + 247 <= 75 * 5 * DAY_MARKS / 100);
}

static void
rows_of_another_school_are_no_facts_of_this_one(void **ctx)
{
	struct stream_id stream = day_stream();
	struct buffer facts = BUFFER_INIT;
	struct batch b;

	(void)ctx;
	stream.scope++;
	batch_init(&b);
	assert_int_equal(day_model(&b, 1, 0, 1, false), STATUS_OK);
	assert_int_equal(facts_encode(&day_registry, &stream, &b, &facts), STATUS_USAGE);
	batch_release(&b);
	buffer_release(&facts);
}

static void
every_cut_is_refused(void **ctx)
{
	struct stream_id stream = day_stream();
	struct buffer facts = BUFFER_INIT;
	struct batch b, back;
	uint32_t ntx;
	size_t len;

	(void)ctx;
	batch_init(&b);
	batch_init(&back);
	assert_int_equal(day_model(&b, 1, 0, 1, false), STATUS_OK);
	ntx = b.ntx;
	assert_int_equal(facts_encode(&day_registry, &stream, &b, &facts), STATUS_OK);
	for (len = 0; len < facts.len; len++)
		assert_int_not_equal(facts_decode(&day_registry, &stream, ntx,
		    facts.data, len, &back), STATUS_OK);
	assert_int_equal(facts_decode(&day_registry, &stream, ntx, facts.data,
	    facts.len, &back), STATUS_OK);
	batch_release(&b);
	batch_release(&back);
	buffer_release(&facts);
}

static void
packing_takes_any_bytes_and_unpacking_no_more_than_allowed(void **ctx)
{
	struct buffer packed = BUFFER_INIT, back = BUFFER_INIT;
	uint8_t data[3000];
	size_t len, i;

	(void)ctx;
	for (len = 0; len < sizeof data; len = len * 2 + 1) {
		for (i = 0; i < len; i++)
			data[i] = (uint8_t)(i * i >> (len % 7));
		buffer_clear(&packed);
		buffer_clear(&back);
		assert_int_equal(pack(data, len, &packed), STATUS_OK);
		assert_int_equal(unpack(packed.data, packed.len, len, &back), STATUS_OK);
		assert_int_equal(back.len, len);
		if (len)
			assert_memory_equal(back.data, data, len);
		if (len)
			assert_int_equal(unpack(packed.data, packed.len, len - 1, &back),
			    STATUS_TOO_LARGE);
	}
	buffer_release(&packed);
	buffer_release(&back);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(marks_stay_within_their_bytes),
		cmocka_unit_test(rows_of_another_school_are_no_facts_of_this_one),
		cmocka_unit_test(every_cut_is_refused),
		cmocka_unit_test(packing_takes_any_bytes_and_unpacking_no_more_than_allowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
