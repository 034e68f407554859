#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "node/link.h"

#define NOON INT64_C(1788235200) /* 2026-09-01T12:00 in UTC+8 */
#define HOUR 3600

static const struct link_plan town = { .network = true, .interval_s = 600 };

static void
a_wait_doubles_to_six_hours_and_chance_spreads_it(void **state)
{
	unsigned before = 0;

	(void)state;
	for (unsigned n = 1; n < 40; n++) {
		unsigned middle = link_retry_s(n, 0, 0x8000);

		assert_true(middle >= before && middle <= LINK_LONGEST_RETRY_S);
		assert_in_range(link_retry_s(n, 0, 0), middle / 2, middle / 2 + 1);
		assert_in_range(link_retry_s(n, 0, 0xffff), middle, middle + middle / 2);
		before = middle;
	}
	assert_int_equal(link_retry_s(1, 0, 0x8000), LINK_RETRY_S);
	assert_int_equal(before, LINK_LONGEST_RETRY_S);
}

static void
nobody_comes_back_before_the_time_that_was_asked_for(void **state)
{
	const unsigned longest = LINK_LONGEST_RETRY_S;

	(void)state;
	for (unsigned jitter = 0; jitter < 65536; jitter += 255) {
		assert_in_range(link_retry_s(1, 500, jitter), 500, 750);
		assert_in_range(link_retry_s(1, 1u << 30, jitter), longest, longest * 3 / 2);
		/* Where failures ask for more, that. */
		assert_true(link_retry_s(9, 60, jitter) >= link_retry_s(9, 0, jitter));
	}
	/* Those who were told the same do not come in the same second. */
	assert_true(link_retry_s(1, 500, 0xffff) - link_retry_s(1, 500, 0) > 240);
}

static void
the_next_exchange_is_an_interval_after_the_last(void **state)
{
	struct link_past past = { .last_success_s = NOON - 100 };

	(void)state;
	assert_int_equal(link_next_s(&town, &past, NOON), NOON + 500);
	past.last_success_s = NOON - 1000;
	assert_int_equal(link_next_s(&town, &past, NOON), NOON);
	past.failures = 2;
	past.next_s = NOON + 77;
	assert_int_equal(link_next_s(&town, &past, NOON), NOON + 77);
}

static void
a_window_at_night_is_waited_for_also_over_midnight(void **state)
{
	struct link_plan night = { .network = true, .interval_s = 600, .from_min = 22 * 60,
		.to_min = 5 * 60 };
	struct link_past past = { .last_success_s = 0 };

	(void)state;
	assert_int_equal(link_next_s(&night, &past, NOON), NOON + 10 * HOUR);
	assert_int_equal(link_next_s(&night, &past, NOON + 11 * HOUR), NOON + 11 * HOUR);
	assert_int_equal(link_next_s(&night, &past, NOON + 14 * HOUR), NOON + 14 * HOUR);
	assert_int_equal(link_next_s(&night, &past, NOON + 17 * HOUR), NOON + 34 * HOUR);
	night.from_min = 60;
	assert_int_equal(link_next_s(&night, &past, NOON), NOON + 13 * HOUR);
}

static void
a_clock_set_back_by_years_silences_nobody(void **state)
{
	struct link_past past = { .last_success_s = NOON };

	(void)state;
	assert_int_equal(link_next_s(&town, &past, NOON - INT64_C(300000000)),
	    NOON - INT64_C(300000000));
	past.failures = 3;
	past.next_s = NOON;
	assert_int_equal(link_next_s(&town, &past, NOON - INT64_C(300000000)),
	    NOON - INT64_C(300000000));
}

static void
a_day_whose_bytes_are_used_up_waits_for_the_next(void **state)
{
	struct link_plan metered = { .network = true, .interval_s = 600, .day_bytes = 1000 };
	struct link_past past = { .last_success_s = 0, .bytes = 1000,
		.day = (NOON + 8 * HOUR) / (24 * HOUR) };

	(void)state;
	assert_int_equal(link_next_s(&metered, &past, NOON), NOON + 12 * HOUR);
	past.bytes = 999;
	assert_int_equal(link_next_s(&metered, &past, NOON), NOON);
	past.bytes = 5000;
	past.day--;
	assert_int_equal(link_next_s(&metered, &past, NOON), NOON);
}

static void
bytes_of_yesterday_take_nothing_from_today(void **state)
{
	struct link_plan metered = { .network = true, .interval_s = 600, .day_bytes = 1000 };
	struct link_past past = { .bytes = 400, .day = (NOON + 8 * HOUR) / (24 * HOUR) };

	(void)state;
	assert_int_equal(link_left_bytes(&metered, &past, NOON), 600);
	assert_int_equal(link_left_bytes(&metered, &past, NOON + 12 * HOUR), 1000);
	past.bytes = 5000; /* before the limit was set lower */
	assert_int_equal(link_left_bytes(&metered, &past, NOON), 0);
	assert_true(link_left_bytes(&town, &past, NOON) == UINT64_MAX);
}

static void
what_nobody_asked_for_runs_in_the_hours_of_the_plan_alone(void **state)
{
	struct link_plan night = { .network = true, .interval_s = 600, .from_min = 22 * 60,
		.to_min = 5 * 60 };

	(void)state;
	assert_true(link_open(&town, NOON));
	assert_false(link_open(&night, NOON + 10 * HOUR - 1));
	assert_true(link_open(&night, NOON + 10 * HOUR));
	assert_true(link_open(&night, NOON + 17 * HOUR - 1));
	assert_false(link_open(&night, NOON + 17 * HOUR));
	night.network = false;
	assert_false(link_open(&night, NOON + 10 * HOUR));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wait_doubles_to_six_hours_and_chance_spreads_it),
		cmocka_unit_test(nobody_comes_back_before_the_time_that_was_asked_for),
		cmocka_unit_test(the_next_exchange_is_an_interval_after_the_last),
		cmocka_unit_test(a_window_at_night_is_waited_for_also_over_midnight),
		cmocka_unit_test(a_clock_set_back_by_years_silences_nobody),
		cmocka_unit_test(a_day_whose_bytes_are_used_up_waits_for_the_next),
		cmocka_unit_test(bytes_of_yesterday_take_nothing_from_today),
		cmocka_unit_test(what_nobody_asked_for_runs_in_the_hours_of_the_plan_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
