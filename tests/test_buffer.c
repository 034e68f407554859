#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "sync/buffer.h"

static void
varints_come_back_at_every_width(void **ctx)
{
	struct buffer b = BUFFER_INIT;
	struct reader r;
	unsigned i;

	(void)ctx;
	for (i = 0; i < 64; i++) {
		buffer_put_varint(&b, UINT64_C(1) << i);
		buffer_put_varint(&b, (UINT64_C(1) << i) - 1);
		buffer_put_zigzag(&b, -(int64_t)((UINT64_C(1) << i) - 1) - 1);
	}
	assert_int_equal(buffer_status(&b), STATUS_OK);
	reader_init(&r, b.data, b.len);
	for (i = 0; i < 64; i++) {
		assert_int_equal(reader_varint(&r), UINT64_C(1) << i);
		assert_int_equal(reader_varint(&r), (UINT64_C(1) << i) - 1);
		assert_int_equal(reader_zigzag(&r),
		    -(int64_t)((UINT64_C(1) << i) - 1) - 1);
	}
	assert_int_equal(reader_end(&r), STATUS_OK);
	buffer_release(&b);
}

static void
assert_varint_refused(const char *bytes, size_t len)
{
	struct reader r;

	reader_init(&r, bytes, len);
	assert_int_equal(reader_varint(&r), 0);
	assert_int_equal(reader_status(&r), STATUS_TRUNCATED);
}

static void
a_varint_has_one_form(void **ctx)
{
	(void)ctx;
	assert_varint_refused("\x80\x00", 2);
	assert_varint_refused("\x80", 1);
	assert_varint_refused("", 0);
	assert_varint_refused("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10);
	assert_varint_refused("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x81\x01", 11);
}

static void
a_reader_that_failed_stays_failed(void **ctx)
{
	struct reader r;
	uint8_t out[4] = {1, 2, 3, 4};
	size_t len = 9;

	(void)ctx;
	reader_init(&r, "abc", 3);
	assert_null(reader_take(&r, 4));
	assert_int_equal(reader_u8(&r), 0);
	reader_copy(&r, out, 4);
	assert_int_equal(out[3], 0);
	assert_null(reader_bytes(&r, 10, &len));
	assert_int_equal(len, 0);
	assert_int_equal(reader_end(&r), STATUS_TRUNCATED);
}

static void
counts_are_bounded_by_what_is_left(void **ctx)
{
	struct reader r;

	(void)ctx;
	reader_init(&r, "\x03" "abc", 4);
	assert_int_equal(reader_count(&r, 10), 3);
	assert_int_equal(reader_end(&r), STATUS_MALFORMED);
	reader_init(&r, "\x04" "abc", 4);
	assert_int_equal(reader_count(&r, 10), 0);
	assert_true(r.failed);
	reader_init(&r, "\x03" "abc", 4);
	assert_int_equal(reader_count(&r, 2), 0);
	assert_true(r.failed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(varints_come_back_at_every_width),
		cmocka_unit_test(a_varint_has_one_form),
		cmocka_unit_test(a_reader_that_failed_stays_failed),
		cmocka_unit_test(counts_are_bounded_by_what_is_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
