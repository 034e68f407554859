#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "node/auth.h"
#include "node/guard.h"
#include "node/worker.h"

#define NAMES 300 /* more than AUTH_MAX_GUESSERS */

static int
open_auth(void **state)
{
	struct auth *a;

	assert_int_equal(auth_new("/nonexistent", &env_posix, &a), STATUS_OK);
	*state = a;
	return 0;
}

static int
close_auth(void **state)
{
	auth_free(*state);
	return 0;
}

/* As many wrong ones as are taken, at most most. */
static unsigned
guess(struct auth *a, const struct auth_try *t, unsigned most)
{
	unsigned n = 0;

	while (n < most && auth_try(a, t) == 0)
		n++;
	return n;
}

static void
a_try_counts_from_when_it_begins_until_it_was_right(void **state)
{
	struct pin_candidates one = { .n = 1, .who = { { .staff = 7 } } };
	struct auth_try t = { .caller = "p", .name = "x", .found = &one };

	for (int i = 0; i < NAMES; i++) {
		assert_int_equal(auth_try(*state, &t), 0);
		auth_tried(*state, &t, i % 2 == 0 ? 7 : AUTH_UNTRIED);
	}
	assert_int_equal(guess(*state, &t, 9), AUTH_FREE_TRIES);
	/* The one of them that was right, however late it is known. */
	auth_tried(*state, &t, 7);
	assert_int_equal(auth_try(*state, &t), 0);
}

static void
name_and_id_of_one_person_are_one_and_a_namesake_forgives_nothing(void **state)
{
	struct pin_candidates both = { .n = 2, .who = { { .staff = 7 }, { .staff = 8 } } };
	struct pin_candidates eight = { .n = 1, .who = { { .staff = 8 } } };
	struct auth_try name = { .caller = "p", .name = "x", .found = &both };
	struct auth_try id = { .caller = "p", .name = "8", .found = &eight };

	assert_int_equal(guess(*state, &id, 3), 3);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(auth_try(*state, &name), 0);
		auth_tried(*state, &name, 7);
	}
	assert_int_equal(guess(*state, &name, 9), 2);
	assert_true(auth_try(*state, &id) > 0);
	id.caller = "q";
	assert_int_equal(auth_try(*state, &id), 0);
}

static void
who_has_to_wait_is_not_forgotten_for_other_names(void **state)
{
	struct pin_candidates one = { .n = 1, .who = { { .staff = 7 } } };
	struct auth_try t = { .caller = "p", .name = "x", .found = &one };
	char name[16];

	assert_int_equal(guess(*state, &t, 9), AUTH_FREE_TRIES);
	for (int i = 0; i < NAMES; i++) {
		(void)snprintf(name, sizeof(name), "n%d", i);
		assert_int_equal(auth_try(*state, &(struct auth_try){ .caller = name,
			.name = name }), 0);
	}
	/* Should its wait be over on a slow machine, it has one try, not five. */
	assert_true(guess(*state, &t, AUTH_FREE_TRIES) < AUTH_FREE_TRIES);
}

static void
one_caller_has_no_endless_names(void **state)
{
	struct auth_try t = { .caller = "2001:db8::" };
	char name[16];
	unsigned n = 0, wait_s = 0;

	for (; n < 2 * AUTH_FREE_OF_ONE && wait_s == 0; n += wait_s == 0) {
		(void)snprintf(name, sizeof(name), "n%u", n);
		t.name = name;
		wait_s = auth_try(*state, &t);
	}
	assert_true(n >= AUTH_FREE_OF_ONE && n < 2 * AUTH_FREE_OF_ONE);
	/* Nobody is out for longer, nor elsewhere. */
	assert_true(wait_s <= AUTH_BACK_S);
	t.caller = "2001:db8:0:1::";
	assert_int_equal(auth_try(*state, &t), 0);
	/* Hundreds of others do not wash it away. */
	for (unsigned i = 0; i < NAMES; i++) {
		char network[16];

		(void)snprintf(network, sizeof(network), "10.0.%u.%u", i / 256, i % 256);
		assert_int_equal(auth_try(*state, &(struct auth_try){ .caller = network,
			.name = "x" }), 0);
	}
	t.caller = "2001:db8::";
	assert_true(guess(*state, &t, 4) < 4);
}

static void
many_cookies_and_addresses_of_one_person_are_one_caller(void **state)
{
	struct pin_candidates head = { .n = 1, .who = { { .staff = 1 } } };
	const uint8_t mark[PIN_MARK_BYTES] = { 0 };
	char cookie[AUTH_COOKIE_BYTES], caller[AUTH_CALLER_BYTES], peer[GUARD_PEER_BYTES];
	struct auth_try t = { .caller = caller, .name = "head", .found = &head };
	unsigned n = 0;

	/* Each time somebody signs in anew, from another address, and guesses at the head. */
	for (unsigned i = 0; i < 40; i++) {
		(void)snprintf(peer, sizeof(peer), "10.0.0.%u", i);
		auth_begin(*state, 7, mark, 1000 + i, cookie);
		auth_end(*state, cookie);
		auth_caller(auth_house(*state, cookie), peer, caller);
		n += guess(*state, &t, AUTH_FREE_TRIES);
	}
	/* Some more where the machine is slow: waits end meanwhile. */
	assert_true(n >= AUTH_FREE_TRIES && n < 3 * AUTH_FREE_TRIES);
	/* The head's own device is not kept out by that, nor one that nobody knows. */
	auth_begin(*state, 1, mark, 2000, cookie);
	auth_caller(auth_house(*state, cookie), "10.0.0.1", caller);
	assert_int_equal(auth_try(*state, &t), 0);
	auth_caller(auth_house(*state, "none"), "10.0.0.1", caller);
	assert_string_equal(caller, "10.0.0.1");
	assert_int_equal(auth_try(*state, &t), 0);
}

static void
what_began_under_a_clock_that_was_ahead_ends_all_the_same(void **state)
{
	const int64_t now_s = 1795964381, ahead_s = 2177971200; /* 2026, 2039 */
	const uint8_t mark[PIN_MARK_BYTES] = { 0 };
	char used[AUTH_COOKIE_BYTES], left[AUTH_COOKIE_BYTES];
	uint8_t seen[PIN_MARK_BYTES];

	/* A machine that knows no time yet signs nobody out. */
	auth_begin(*state, 9, mark, now_s, used);
	assert_int_equal(auth_staff(*state, used, 1000, seen), 9);
	assert_int_equal(auth_staff(*state, used, now_s + 60, seen), 9);
	auth_begin(*state, 7, mark, ahead_s, used);
	auth_begin(*state, 8, mark, ahead_s, left);
	assert_int_equal(auth_staff(*state, used, now_s, seen), 7);
	assert_int_equal(auth_staff(*state, used, now_s + AUTH_IDLE_S, seen), 7);
	assert_int_equal(auth_staff(*state, left, now_s + AUTH_IDLE_S + 1, seen), 0);
	assert_int_equal(auth_staff(*state, used, now_s + 2 * AUTH_IDLE_S + 1, seen), 0);
}

static void
whose_request_it_is(void **state)
{
	static const struct { const char *peer; int local; const char *said, *one; } cases[] = {
		{ "192.0.2.1", 0, NULL, "192.0.2.1" },
		{ "192.0.2.1", 0, "198.51.100.1", "192.0.2.1" },
		{ "127.0.0.1", 1, NULL, "127.0.0.1" },
		{ "::1", 1, NULL, "::1" },
		{ "127.0.0.1", 1, "198.51.100.1", "198.51.100.1" },
		{ "::1", 1, "10.0.0.1, 198.51.100.1", "198.51.100.1" },
		{ "127.0.0.1", 1, "", "" },
		{ "127.0.0.1", 1, "::ffff:198.51.100.1", "198.51.100.1" },
		{ "2001:db8:0:1:2:3:4:5", 0, "::1", "2001:db8:0:1::" },
		{ "127.0.0.1", 1, "2001:DB8:0:1::9", "2001:db8:0:1::" },
	};
	char one[GUARD_PEER_BYTES], longer[200];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		guard_peer(cases[i].peer, cases[i].local, cases[i].said, one);
		assert_string_equal(one, cases[i].one);
	}
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	guard_peer("127.0.0.1", true, longer, one);
	assert_int_equal(strlen(one), GUARD_PEER_BYTES - 1);
}

struct held {
	struct worker_job job; /* first */
	pthread_mutex_t *gate;
};

static void
pass(struct worker_job *job)
{
	pthread_mutex_t *gate = ((struct held *)job)->gate;

	pthread_mutex_lock(gate);
	pthread_mutex_unlock(gate);
}

/* The first may run already, and waits at the gate; it is nobody's. */
static void
one_caller_does_not_fill_a_queue(void **state)
{
	pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
	static const struct { uint64_t of; int status; } cases[] = { { 0, STATUS_OK },
		{ 7, STATUS_OK }, { 7, STATUS_OK }, { 7, STATUS_BUSY }, { 0, STATUS_OK },
		{ 0, STATUS_OK }, { 0, STATUS_OK }, { 8, STATUS_OK } };
	struct held held[sizeof cases / sizeof *cases];
	struct worker *w;

	(void)state;
	assert_int_equal(worker_new(WORKER_FEW, &w), STATUS_OK);
	pthread_mutex_lock(&gate);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		held[i] = (struct held){ .job = { .run = pass, .of = cases[i].of },
			.gate = &gate };
		assert_int_equal(worker_submit(w, &held[i].job), cases[i].status);
	}
	pthread_mutex_unlock(&gate);
	worker_stop(w);
	worker_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_try_counts_from_when_it_begins_until_it_was_right, open_auth, close_auth),
		cmocka_unit_test_setup_teardown(
			name_and_id_of_one_person_are_one_and_a_namesake_forgives_nothing,
			open_auth, close_auth),
		cmocka_unit_test_setup_teardown(who_has_to_wait_is_not_forgotten_for_other_names,
			open_auth, close_auth),
		cmocka_unit_test_setup_teardown(one_caller_has_no_endless_names, open_auth,
			close_auth),
		cmocka_unit_test_setup_teardown(
			many_cookies_and_addresses_of_one_person_are_one_caller, open_auth,
			close_auth),
		cmocka_unit_test_setup_teardown(
			what_began_under_a_clock_that_was_ahead_ends_all_the_same, open_auth,
			close_auth),
		cmocka_unit_test(whose_request_it_is),
		cmocka_unit_test(one_caller_does_not_fill_a_queue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
