/* The simulated disk under a database: what a commit acknowledged survives a cut
 * at every operation, and a disk that lies about syncing is noticed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "gen/tiny_registry.h"
#include "sync/store.h"
#include "tests/sim/sim_env.h"

#define STEPS_MAX 400

static int
open_store(const char *vfs, struct store **ret)
{
	struct store_options o = { .registry = &tiny_registry, .vfs = vfs,
	    .create = true };

	return store_open("node/kehou.db", &o, ret);
}

/* Notes a number; what a failure left undone is rolled back. */
static int
note(struct store *s, uint8_t number)
{
	int status = store_begin_merge(s);

	if (status == STATUS_OK)
		status = store_meta_set(s, "test", "number", &number, 1);
	if (status == STATUS_OK)
		status = store_commit_merge(s);
	if (status != STATUS_OK)
		store_rollback(s);
	return status;
}

static int
noted(struct store *s)
{
	struct buffer b = BUFFER_INIT;
	int status = store_meta_get(s, "test", "number", &b);
	int number = status == STATUS_NOT_FOUND ? 0 : b.data[0];

	assert_true(status == STATUS_OK || status == STATUS_NOT_FOUND);
	buffer_release(&b);
	return number;
}

/* Opens, notes 1, 2, 3 until the power goes at operation n; opens again.  False
 * when it never went. */
static bool
cut_at(uint64_t n, enum sim_cut how)
{
	struct sim_world *w = sim_world_new(n);
	const char *vfs = sim_databases(w);
	struct store *s = NULL;
	int done = 0, found;
	bool struck;

	sim_mount(w, "node");
	sim_stop_at(w, n);
	if (open_store(vfs, &s) == STATUS_OK) {
		while (done < 3 && note(s, (uint8_t)(done + 1)) == STATUS_OK)
			done++;
		store_close(s);
	}
	struck = sim_struck(w);
	sim_power_cut_at(w, "node", how);
	assert_int_equal(open_store(vfs, &s), STATUS_OK);
	found = noted(s);
	if (found != done && found != done + 1)
		fail_msg("cut at %llu: %d acknowledged, %d there",
		    (unsigned long long)n, done, found);
	assert_int_equal(store_integrity(s), STATUS_OK);
	store_close(s);
	sim_world_free(w);
	return struck;
}

static void
test_what_was_acknowledged_survives_a_cut_at_every_operation(void **state)
{
	uint64_t n = 1;

	(void)state;
	while (n < STEPS_MAX && (cut_at(n, SIM_DROP_ALL) | cut_at(n, SIM_KEEP_SOME)))
		n++;
	assert_in_range(n, 50, STEPS_MAX - 1);
}

static void
test_a_failed_write_is_said_and_leaves_a_sound_database(void **state)
{
	static const int faults[] = { STATUS_IO, STATUS_FULL };

	(void)state;
	for (uint64_t n = 1; n < 30; n++) {
		struct sim_world *w = sim_world_new(n);
		struct store *s = NULL;
		int status, found;

		sim_mount(w, "node");
		assert_int_equal(open_store(sim_databases(w), &s), STATUS_OK);
		assert_int_equal(note(s, 1), STATUS_OK);
		sim_fail_at(w, n, faults[n % 2]);
		status = note(s, 2);
		sim_no_fault(w);
		store_close(s);
		assert_int_equal(open_store(sim_databases(w), &s), STATUS_OK);
		found = noted(s);
		assert_true(found == 2 || (found == 1 && status != STATUS_OK));
		assert_int_equal(store_integrity(s), STATUS_OK);
		store_close(s);
		sim_world_free(w);
	}
}

static void
test_a_copy_is_a_state_of_its_own(void **state)
{
	struct sim_world *w = sim_world_new(1);
	struct store *s = NULL;

	(void)state;
	sim_mount(w, "node");
	sim_mount(w, "saved");
	assert_int_equal(open_store(sim_databases(w), &s), STATUS_OK);
	assert_int_equal(note(s, 1), STATUS_OK);
	sim_copy(w, "node", "saved");
	assert_int_equal(note(s, 2), STATUS_OK);
	store_close(s);
	sim_erase(w, "node");
	assert_int_equal(sim_count(w, "node"), 0);
	sim_copy(w, "saved", "node");
	assert_int_equal(open_store(sim_databases(w), &s), STATUS_OK);
	assert_int_equal(noted(s), 1);
	store_close(s);
	sim_world_free(w);
}

static void
test_a_database_begins_with_the_bytes_that_were_given(void **state)
{
	struct sim_world *w = sim_world_new(1);
	struct store *s = NULL;
	uint8_t *first;
	const uint8_t *p;
	uint64_t before;
	size_t len;

	(void)state;
	sim_mount(w, "node");
	assert_int_equal(open_store(sim_databases(w), &s), STATUS_OK);
	store_close(s);
	before = sim_operations(w);
	p = sim_peek(w, "node/kehou.db", &len);
	first = test_malloc(len);
	memcpy(first, p, len);
	sim_erase(w, "node");
	sim_first_bytes(w, first, len);
	assert_int_equal(open_store(sim_databases(w), &s), STATUS_OK);
	/* What is there needs not be made. */
	assert_true(sim_operations(w) - before < before);
	assert_int_equal(note(s, 1), STATUS_OK);
	sim_power_cut_at(w, "node", SIM_DROP_ALL);
	store_close(s);
	assert_int_equal(open_store(sim_databases(w), &s), STATUS_OK);
	assert_int_equal(noted(s), 1);
	assert_int_equal(store_integrity(s), STATUS_OK);
	store_close(s);
	sim_first_bytes(w, NULL, 0);
	test_free(first);
	sim_world_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_was_acknowledged_survives_a_cut_at_every_operation),
		cmocka_unit_test(test_a_failed_write_is_said_and_leaves_a_sound_database),
		cmocka_unit_test(test_a_copy_is_a_state_of_its_own),
		cmocka_unit_test(test_a_database_begins_with_the_bytes_that_were_given),
	};

	return cmocka_run_group_tests_name("sim_disk", tests, NULL, NULL);
}
