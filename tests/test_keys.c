/* A running node on a disk that fails: memory is never ahead of what is on it.  What is
 * sealed is sealed under a key that is there and that the sheet in the head's drawer opens. */
#include "tests/life_world.h"

#define STEPS_MAX 2000

static int64_t
addresses(const struct life_node *n)
{
	return life_count(n, COUNTY_SQL_ADDRESS_COUNT, LIFE_SCHOOL);
}

/* Memory has what the file has: a process that goes takes no key along. */
static void
same_as_file(const struct life_node *n)
{
	struct keyring k;
	char path[192];

	(void)snprintf(path, sizeof(path), "%s/keys/school.keys", n->dir);
	assert_int_equal(keyring_load(n->env, path, &k), STATUS_OK);
	for (size_t i = 0; i < n->r->keys.n; i++) {
		bool there = false;

		for (size_t j = 0; j < k.n; j++)
			there |= memcmp(&k.keys[j], &n->r->keys.keys[i],
			    sizeof(k.keys[j])) == 0;
		assert_true(there);
	}
	keyring_wipe(&k);
}

/* Seals, and brings it to the hub, without taking anything in before. */
static void
deliver(struct life *w, const struct life_node *n)
{
	struct replica_export out;

	life_tick(n);
	assert_int_equal(replica_export(n->r, "stick", false, &out), STATUS_OK);
	(void)life_visit(w, &w->node[0], "stick");
}

/* What the county has and a sheet opens, on a machine that is new. */
static void
comes_back(struct life *w, const char *sheet, int64_t private)
{
	struct replica_invite in = { .role = ROLE_SCHOOL, .school = { .id = LIFE_SCHOOL } };
	struct buffer file = BUFFER_INIT;
	struct life_node *n = life_place(w, "again");

	assert_int_equal(replica_invite(w->node[0].r, &in, &file), STATUS_OK);
	assert_int_equal(replica_init_again(n->dir, n->env, &life_domain, file.data, file.len,
	    sheet), STATUS_OK);
	buffer_release(&file);
	life_open(n);
	life_round(w, n);
	life_round(w, n);
	assert_int_equal(addresses(n), private);
	replica_close(n->r);
	sim_erase(w->sim, n->dir);
	w->n--;
}

/* ---- the same state again and again ---- */

static const char *const places[] = { "stick", "hub1", "school2" };
#define NPLACES (sizeof(places) / sizeof(places[0]))

static void
keep(struct life *w)
{
	char to[32];

	for (unsigned i = 0; i < 2; i++) {
		replica_close(w->node[i].r);
		w->node[i].r = NULL;
	}
	for (unsigned i = 0; i < NPLACES; i++) {
		(void)snprintf(to, sizeof(to), "kept%u", i);
		sim_mount(w->sim, to);
		sim_image(w->sim, places[i], to);
	}
}

static void
put_back(struct life *w)
{
	char from[32];

	for (unsigned i = 0; i < 2; i++)
		replica_close(w->node[i].r);
	for (unsigned i = 0; i < NPLACES; i++) {
		(void)snprintf(from, sizeof(from), "kept%u", i);
		sim_erase(w->sim, places[i]);
		sim_image(w->sim, from, places[i]);
	}
	for (unsigned i = 0; i < 2; i++)
		life_open(&w->node[i]);
}

static int
fault(uint64_t n)
{
	return n % 2 ? STATUS_FULL : STATUS_IO;
}

/* Operation nth of a new sheet's making fails.  False: there are not so many. */
static bool
new_sheet_fails_at(struct life *w, uint64_t nth)
{
	char sheet[RECOVERY_TEXT_BYTES], next[RECOVERY_TEXT_BYTES];
	struct life_node *a = &w->node[1];
	bool struck;

	put_back(w);
	memcpy(sheet, a->recovery, sizeof(sheet));
	sim_fail_at(w->sim, nth, fault(nth));
	(void)!replica_recovery_new(a->r, sheet);
	struck = sim_struck(w->sim);
	sim_no_fault(w->sim);
	same_as_file(a);
	/* Whichever sheet counts now opens what is written from here on. */
	life_add(a, "乙");
	deliver(w, a);
	comes_back(w, sheet, 2);
	/* Asked for once more there is one, of everything. */
	assert_int_equal(replica_recovery_new(a->r, next), STATUS_OK);
	same_as_file(a);
	life_add(a, "丙");
	deliver(w, a);
	comes_back(w, next, 3);
	return struck;
}

static void
test_a_new_sheet_that_fails_at_any_write_loses_nothing_sealed_later(void **state)
{
	struct life *w = *state;
	struct life_node *a = life_school(w, LIFE_SCHOOL);
	uint64_t n = 1;

	life_add(a, "甲");
	life_round(w, a);
	keep(w);
	while (n < STEPS_MAX && new_sheet_fails_at(w, n))
		n++;
	assert_in_range(n, 10, STEPS_MAX - 1);
}

/* The school's other device, which is revoked; its roster is here, its key not left. */
static void
revoke_another(struct life *w)
{
	struct replica_invite in = { .role = ROLE_SCHOOL, .school = { .id = LIFE_SCHOOL } };
	struct life_node *hub = &w->node[0], *a = &w->node[1], *b = life_place(w, "device");
	struct buffer file = BUFFER_INIT;

	assert_int_equal(replica_invite(hub->r, &in, &file), STATUS_OK);
	assert_int_equal(replica_init_school(b->dir, b->env, &life_domain, file.data,
	    file.len, b->recovery), STATUS_OK);
	buffer_release(&file);
	life_open(b);
	for (unsigned i = 0; i < 2; i++) {
		life_round(w, b);
		life_round(w, a);
	}
	assert_int_equal(replica_revoke(hub->r, &b->r->self.pub.id), STATUS_OK);
	replica_close(b->r);
	w->n--;
}

static bool
leaving_a_key_fails_at(struct life *w, uint64_t nth)
{
	const struct env *env = w->node[0].env;
	struct life_node *a = &w->node[1];
	struct buffer roster = BUFFER_INIT;
	bool struck, taken = false;
	uint32_t old;

	put_back(w);
	old = keyring_newest(&a->r->keys)->generation;
	assert_int_equal(env_read_file(env, "hub1/roster", ROSTER_MAX_BYTES, &roster),
	    STATUS_OK);
	assert_int_equal(replica_take_roster(a->r, roster.data, roster.len, &taken),
	    STATUS_OK);
	assert_true(taken);
	buffer_release(&roster);
	sim_fail_at(w->sim, nth, fault(nth));
	(void)!replica_take_keys(a->r);
	struck = sim_struck(w->sim);
	sim_no_fault(w->sim);
	same_as_file(a);
	life_add(a, "乙");
	deliver(w, a);
	comes_back(w, a->recovery, 2);
	life_round(w, a);
	assert_true(keyring_newest(&a->r->keys)->generation > old);
	same_as_file(a);
	life_sound(a);
	return struck;
}

static void
test_leaving_a_revoked_device_s_key_fails_at_any_write_and_loses_nothing(void **state)
{
	struct life *w = *state;
	struct life_node *a = life_school(w, LIFE_SCHOOL);
	uint64_t n = 1;

	life_add(a, "甲");
	life_round(w, a);
	revoke_another(w);
	keep(w);
	while (n < STEPS_MAX && leaving_a_key_fails_at(w, n))
		n++;
	assert_in_range(n, 10, STEPS_MAX - 1);
}

/* ---- a certificate that what waits here needs ---- */

static void
find_roster(void *ctx, const char *path, const uint8_t *data, size_t len)
{
	size_t n = strlen(path);

	(void)data;
	(void)len;
	if (n > 4 && strcmp(path + n - 4, ".KHR") == 0)
		(void)snprintf(ctx, 192, "%s", path);
}

/* A bundle of the hub's with records of a device, and no roster that certifies it. */
static void
bundle_before_roster(struct life *w)
{
	struct replica_invite in = { .role = ROLE_SCHOOL, .school = { .id = LIFE_SCHOOL } };
	struct life_node *hub = &w->node[0], *a = &w->node[1], *b = life_place(w, "device");
	struct buffer file = BUFFER_INIT, roster = BUFFER_INIT;
	struct replica_import done;
	char path[192] = "";

	assert_int_equal(replica_invite(hub->r, &in, &file), STATUS_OK);
	assert_int_equal(replica_init_school(b->dir, b->env, &life_domain, file.data,
	    file.len, b->recovery), STATUS_OK);
	buffer_release(&file);
	life_open(b);
	life_add(b, "乙");
	(void)life_visit(w, b, "stick");
	(void)life_visit(w, hub, "stick");
	replica_close(b->r);
	w->n--;
	sim_each(w->sim, "stick", find_roster, path);
	assert_int_equal(env_read_file(hub->env, path, ROSTER_MAX_BYTES, &roster), STATUS_OK);
	sim_remove(w->sim, path);
	assert_int_equal(replica_import(a->r, "stick", NULL, NULL, &done), STATUS_OK);
	assert_true(life_held(a) > 0);
	sim_poke(w->sim, path, roster.data, roster.len);
	buffer_release(&roster);
}

static bool
import_fails_at(struct life *w, uint64_t nth)
{
	struct life_node *a = &w->node[1];
	struct replica_import done;
	bool struck;

	put_back(w);
	sim_fail_at(w->sim, nth, fault(nth));
	(void)!replica_import(a->r, "stick", NULL, NULL, &done);
	struck = sim_struck(w->sim);
	sim_no_fault(w->sim);
	/* The same process, the same stick once more. */
	assert_int_equal(replica_import(a->r, "stick", NULL, NULL, &done), STATUS_OK);
	assert_int_equal(life_held(a), 0);
	assert_int_equal(life_pupils(a), 2);
	return struck;
}

static void
test_what_waits_for_a_certificate_goes_on_though_the_disk_failed_as_it_came(void **state)
{
	struct life *w = *state;
	struct life_node *a = life_school(w, LIFE_SCHOOL);
	uint64_t n = 1;

	life_add(a, "甲");
	life_round(w, a);
	bundle_before_roster(w);
	keep(w);
	while (n < STEPS_MAX && import_fails_at(w, n))
		n++;
	assert_in_range(n, 10, STEPS_MAX - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_a_new_sheet_that_fails_at_any_write_loses_nothing_sealed_later,
		    life_begin, life_end),
		cmocka_unit_test_setup_teardown(
		    test_leaving_a_revoked_device_s_key_fails_at_any_write_and_loses_nothing,
		    life_begin, life_end),
		cmocka_unit_test_setup_teardown(
		    test_what_waits_for_a_certificate_goes_on_though_the_disk_failed_as_it_came,
		    life_begin, life_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
