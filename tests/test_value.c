#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "sync/value.h"

static void
values_come_back_and_keep_their_order(void **ctx)
{
	const struct value v[] = {value_null(), value_int(INT64_MIN), value_int(-1),
	    value_int(0), value_int(INT64_MAX), value_text("", 0), value_text("a", 1),
	    value_text("ab", 2), value_text("b", 1), value_blob("", 0),
	    value_blob("\0", 1)};
	const size_t n = sizeof v / sizeof v[0];
	struct buffer b = BUFFER_INIT;
	struct reader r;
	size_t i, j;

	(void)ctx;
	for (i = 0; i < n; i++)
		value_put(&b, v[i]);
	reader_init(&r, b.data, b.len);
	for (i = 0; i < n; i++)
		assert_true(value_equal(value_read(&r), v[i]));
	assert_int_equal(reader_end(&r), STATUS_OK);
	for (i = 0; i < n; i++)
		for (j = 0; j < n; j++)
			assert_int_equal((value_compare(v[i], v[j]) > 0)
			    - (value_compare(v[i], v[j]) < 0), (i > j) - (i < j));
	buffer_release(&b);
}

static void
only_well_formed_text_is_text(void **ctx)
{
	static const char *const bad[] = {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf",
	    "\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
	    "\xe6\x99", "a\xff"};
	static const char good[] = "\xc2\x80\xed\x9f\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf";
	size_t i;

	(void)ctx;
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(value_utf8_valid((const uint8_t *)bad[i], strlen(bad[i])));
	assert_false(value_utf8_valid((const uint8_t *)"a\0b", 3));
	assert_true(value_utf8_valid((const uint8_t *)good, sizeof good - 1));
}

static void
other_types_and_long_values_are_refused(void **ctx)
{
	struct buffer b = BUFFER_INIT;
	struct reader r;

	(void)ctx;
	reader_init(&r, "\x04\x00", 2);
	(void)value_read(&r);
	assert_true(r.failed);
	buffer_put_u8(&b, VALUE_BLOB);
	buffer_put_varint(&b, VALUE_MAX_BYTES + 1);
	assert_non_null(buffer_extend(&b, VALUE_MAX_BYTES + 1));
	reader_init(&r, b.data, b.len);
	(void)value_read(&r);
	assert_true(r.failed);
	buffer_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_come_back_and_keep_their_order),
		cmocka_unit_test(only_well_formed_text_is_text),
		cmocka_unit_test(other_types_and_long_values_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
