/* Who is closed when a crowd is there, and who is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "node/http_pace.h"

#define CALLERS (HTTP_CROWD + 6)
#define WAIT_MS 120000

static struct http_pace *pace;
static struct http_caller *callers[CALLERS];
static int ours[CALLERS], theirs[CALLERS];

static void
come(size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		int pair[2];

		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
		ours[i] = pair[0];
		theirs[i] = pair[1];
		callers[i] = http_pace_came(pace, pair[0]);
		assert_non_null(callers[i]);
	}
}

static void
leave(size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		http_pace_left(pace, callers[i]);
		(void)close(ours[i]);
		(void)close(theirs[i]);
	}
}

static bool
is_closed(size_t i, int wait_ms)
{
	struct pollfd p = { .fd = theirs[i], .events = POLLIN };

	return poll(&p, 1, wait_ms) == 1;
}

static void
all_closed(size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		assert_true(is_closed(i, WAIT_MS));
}

static int
begin(void **state)
{
	struct rlimit r;

	(void)state;
	if (getrlimit(RLIMIT_NOFILE, &r) != 0)
		return -1;
	r.rlim_cur = r.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &r);
	return http_pace_new(1, &pace);
}

static int
end(void **state)
{
	(void)state;
	http_pace_free(pace);
	return 0;
}

static void
who_brings_or_takes_bytes_or_waits_for_us_has_time(void **state)
{
	(void)state;
	come(0, 3);
	http_pace_brought(pace, callers[0], HTTP_LEAST_BYTES_S * 3600);
	http_pace_turn(pace, callers[1], HTTP_LEAST_BYTES_S * 3600);
	http_pace_waits(pace, callers[2]);
	come(3, CALLERS);
	all_closed(3, CALLERS);
	/* A round later too: the last of these is closed once its turn is over. */
	http_pace_turn(pace, callers[1], 0);
	assert_true(is_closed(1, WAIT_MS));
	assert_false(is_closed(0, 0) || is_closed(2, 0));
	/* What was brought for one request is nothing for the next. */
	http_pace_turn(pace, callers[0], 0);
	http_pace_turn(pace, callers[2], 0);
	assert_true(is_closed(0, WAIT_MS) && is_closed(2, WAIT_MS));
	leave(0, CALLERS);
}

static void
nobody_is_closed_before_there_is_a_crowd(void **state)
{
	(void)state;
	come(0, HTTP_CROWD);
	/* These would be late first if anybody could be: they came before all that follow. */
	(void)poll(NULL, 0, 2500);
	for (size_t i = 0; i < HTTP_CROWD; i++)
		assert_false(is_closed(i, 0));
	come(HTTP_CROWD, CALLERS);
	all_closed(0, CALLERS);
	leave(0, CALLERS);
}

static void
without_memory_for_one_nothing_is_asked_of_it(void **state)
{
	(void)state;
	http_pace_brought(pace, NULL, 1);
	http_pace_turn(pace, NULL, 1);
	http_pace_waits(pace, NULL);
	http_pace_left(pace, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_brings_or_takes_bytes_or_waits_for_us_has_time),
		cmocka_unit_test(nobody_is_closed_before_there_is_a_crowd),
		cmocka_unit_test(without_memory_for_one_nothing_is_asked_of_it),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
