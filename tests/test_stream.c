#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "sync/stream.h"

static struct stream_id
stream(uint8_t node, uint64_t epoch, uint64_t scope, uint8_t lane, uint8_t fork)
{
	return (struct stream_id){.node = {{node}}, .epoch = epoch, .scope = scope,
	    .lane = lane, .fork = {0, fork}};
}

static void
fill(struct vector *v)
{
	const struct stream_id all[] = {stream(2, 5, 4101850001, 0, 0),
	    stream(1, 5, 4101850001, 1, 0), stream(1, 5, 4101850001, 0, 0),
	    stream(1, 5, 4101850001, 0, 7), stream(1, 6, 0, 0, 0)};
	size_t i;

	for (i = 0; i < 5; i++)
		assert_int_equal(vector_raise(v, &all[i], i + 1), STATUS_OK);
}

static void
a_vector_comes_back(void **ctx)
{
	struct vector v = {0}, back = {0};
	struct buffer b = BUFFER_INIT;
	struct reader r;
	size_t len;

	(void)ctx;
	fill(&v);
	vector_put(&b, &v);
	reader_init(&r, b.data, b.len);
	assert_int_equal(vector_read(&r, &back), STATUS_OK);
	assert_int_equal(reader_end(&r), STATUS_OK);
	assert_int_equal(back.n, 5);
	assert_true(vector_covers(&v, &back) && vector_covers(&back, &v));
	for (len = 0; len < b.len; len++) {
		struct vector part = {0};

		reader_init(&r, b.data, len);
		assert_int_not_equal(vector_read(&r, &part), STATUS_OK);
		vector_release(&part);
	}
	vector_release(&v);
	vector_release(&back);
	buffer_release(&b);
}

static void
raising_never_lowers(void **ctx)
{
	struct stream_id s = stream(1, 5, 4101850001, 0, 0);
	struct vector v = {0};

	(void)ctx;
	fill(&v);
	assert_int_equal(vector_get(&v, &s), 3);
	assert_int_equal(vector_raise(&v, &s, 2), STATUS_OK);
	assert_int_equal(vector_get(&v, &s), 3);
	assert_int_equal(vector_raise(&v, &s, 9), STATUS_OK);
	assert_int_equal(vector_get(&v, &s), 9);
	vector_release(&v);
}

static void
a_difference_brings_the_other_up(void **ctx)
{
	struct stream_id s = stream(2, 5, 4101850001, 0, 0);
	struct vector a = {0}, b = {0}, d = {0};

	(void)ctx;
	fill(&a);
	assert_int_equal(vector_copy(&b, &a), STATUS_OK);
	assert_int_equal(vector_raise(&a, &s, 10), STATUS_OK);
	assert_false(vector_covers(&b, &a));
	assert_int_equal(vector_difference(&a, &b, &d), STATUS_OK);
	assert_int_equal(d.n, 1);
	assert_int_equal(vector_merge(&b, &d), STATUS_OK);
	assert_true(vector_covers(&b, &a));
	vector_release(&a);
	vector_release(&b);
	vector_release(&d);
}

static void
disorder_is_refused(void **ctx)
{
	struct stream_id s = stream(2, 5, 0, 0, 0), t = stream(1, 5, 0, 0, 0);
	struct vector_entry entries[2] = {{s, 1}, {t, 1}};
	struct vector v = {entries, 2, 2}, back = {0};
	struct buffer b = BUFFER_INIT;
	struct reader r;

	(void)ctx;
	vector_put(&b, &v);
	reader_init(&r, b.data, b.len);
	assert_int_equal(vector_read(&r, &back), STATUS_MALFORMED);
	vector_release(&back);
	buffer_release(&b);
}

static void
a_scope_that_is_no_school_is_refused(void **ctx)
{
	static const uint64_t scopes[] = {1, 999999999, UINT64_C(10000000000)};
	struct reader r;

	(void)ctx;
	for (size_t i = 0; i < sizeof scopes / sizeof scopes[0]; i++) {
		struct stream_id s = stream(1, 5, scopes[i], 0, 0), got;
		struct buffer b = BUFFER_INIT;

		stream_id_put(&b, &s);
		reader_init(&r, b.data, b.len);
		stream_id_read(&r, &got);
		assert_true(r.failed);
		buffer_release(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_vector_comes_back),
		cmocka_unit_test(raising_never_lowers),
		cmocka_unit_test(a_difference_brings_the_other_up),
		cmocka_unit_test(disorder_is_refused),
		cmocka_unit_test(a_scope_that_is_no_school_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
