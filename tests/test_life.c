/* Copies of a node, each of which goes on in an epoch of its own; lost disks. */
#include "tests/life_world.h"

/* cp -r while the node rests: nothing is behind, and yet it is another copy. */
static void
test_a_copied_directory_begins_a_new_epoch_though_nothing_is_behind(void **state)
{
	struct life *w = *state;
	struct life_node *a = life_school(w, LIFE_SCHOOL), *b = life_place(w, "copy");
	uint64_t before, superseded = 0;

	life_round(w, a);
	life_add(a, "甲");
	before = a->r->epoch;
	replica_close(a->r);
	a->r = NULL;
	sim_copy(w->sim, a->dir, b->dir);
	b->env = a->env; /* the same machine, another folder */
	life_open(b);
	assert_true(b->r->epoch != before);
	assert_int_equal(replica_number(b->r, "superseded", &superseded), STATUS_OK);
	assert_true(superseded == before);
	life_open(a);
	assert_true(a->r->epoch == before);
	/* Both go on, and the county has what both wrote. */
	life_add(a, "乙");
	life_add(b, "丙");
	for (unsigned i = 0; i < 2; i++) {
		life_round(w, a);
		life_round(w, b);
	}
	assert_int_equal(life_pupils(&w->node[0]), 3);
	assert_int_equal(life_held(&w->node[0]), 0);
	life_sound(&w->node[0]);
}

static void
test_a_disk_in_another_machine_begins_a_new_epoch_once(void **state)
{
	struct life *w = *state;
	struct life_node *a = life_school(w, LIFE_SCHOOL);
	uint64_t before = a->r->epoch, there;

	life_reopen(a);
	assert_true(a->r->epoch == before);
	sim_set_machine(a->env, 4711);
	life_reopen(a);
	there = a->r->epoch;
	assert_true(there != before);
	life_reopen(a);
	assert_true(a->r->epoch == there);
}

static void
test_a_missing_or_older_sidecar_begins_a_new_epoch(void **state)
{
	struct life *w = *state;
	struct life_node *a = life_school(w, LIFE_SCHOOL);
	uint64_t before = a->r->epoch;
	char path[192];

	(void)snprintf(path, sizeof(path), "%s/sidecar", a->dir);
	assert_int_equal(a->env->files->remove(a->env->ctx, path), STATUS_OK);
	life_reopen(a);
	assert_true(a->r->epoch != before);
	before = a->r->epoch;
	sim_poke(w->sim, path, (const uint8_t *)"KHX0 of long ago", 16);
	life_reopen(a);
	assert_true(a->r->epoch != before);
}

/* The power goes at any file step of the opening: the next one is whole. */
static void
test_a_new_epoch_is_begun_whole_or_not_at_all(void **state)
{
	struct life *w = *state;
	struct life_node *a = life_school(w, LIFE_SCHOOL);

	life_round(w, a);
	life_add(a, "甲");
	for (unsigned n = 1;; n++) {
		int status;

		replica_close(a->r);
		a->r = NULL;
		sim_set_machine(a->env, 5000 + n);
		sim_stop_at(w->sim, n);
		status = replica_open(a->dir, a->env, &life_domain, &a->r);
		if (!sim_struck(w->sim)) {
			assert_int_equal(status, STATUS_OK);
			assert_true(n > 5);
			break;
		}
		replica_close(status == STATUS_OK ? a->r : NULL);
		a->r = NULL;
		sim_power_cut_at(w->sim, a->dir, n % 2 == 0 ? SIM_DROP_ALL : SIM_KEEP_SOME);
		life_open(a);
		assert_int_equal(life_pupils(a), 1);
	}
	sim_no_fault(w->sim);
	life_round(w, a);
	life_same(a, &w->node[0]);
	assert_int_equal(life_pupils(&w->node[0]), 1);
	assert_int_equal(life_held(&w->node[0]), 0);
}

/* A new machine of the school, by the county's second invitation. */
static struct life_node *
replacement(struct life *w, const char *sheet)
{
	struct replica_invite in = { .role = ROLE_SCHOOL, .school = { .id = LIFE_SCHOOL } };
	struct buffer file = BUFFER_INIT;
	struct life_node *n = life_place(w, "new");

	assert_int_equal(replica_invite(w->node[0].r, &in, &file), STATUS_OK);
	if (sheet != NULL)
		assert_int_equal(replica_init_again(n->dir, n->env, &life_domain,
		    file.data, file.len, sheet), STATUS_OK);
	else
		assert_int_equal(replica_init_school(n->dir, n->env, &life_domain,
		    file.data, file.len, n->recovery), STATUS_OK);
	buffer_release(&file);
	life_open(n);
	return n;
}

static int64_t
addresses(const struct life_node *n)
{
	return life_count(n, COUNTY_SQL_ADDRESS_COUNT, LIFE_SCHOOL);
}

static uint64_t
locked(const struct life_node *n)
{
	struct replica_status s;

	assert_int_equal(replica_status(n->r, &s), STATUS_OK);
	return s.locked;
}

/* Three pupils delivered, then the machine is gone. */
static void
lose(struct life *w, struct life_node *a)
{
	life_add(a, "甲");
	life_add(a, "乙");
	life_round(w, a);
	life_edit(a, COUNTY_SQL_PUPIL_RENAME, "丙", 0);
	life_add(a, "丁");
	life_round(w, a);
	assert_int_equal(addresses(a), life_pupils(a));
	replica_close(a->r);
	a->r = NULL;
	sim_erase(w->sim, a->dir);
}

static void
test_a_lost_disk_comes_back_whole_with_the_sheet(void **state)
{
	struct life *w = *state;
	struct life_node *hub = &w->node[0], *a = life_school(w, LIFE_SCHOOL), *b, *c;
	struct buffer sheet = BUFFER_INIT;

	lose(w, a);
	b = replacement(w, a->recovery);
	/* It can be worked with before anything is back. */
	life_add(b, "戊");
	life_round(w, b);
	life_round(w, b);
	assert_int_equal(life_pupils(b), 4);
	assert_int_equal(addresses(b), 4);
	assert_int_equal(locked(b), 0);
	assert_int_equal(addresses(hub), 0);
	life_same(b, hub);
	life_sound(b);
	life_sound(hub);
	assert_int_equal(life_held(hub), 0);
	/* The secret of the sheet does not stay on the machine. */
	assert_int_equal(store_meta_get(b->r->store, "self", "sheet", &sheet),
	    STATUS_NOT_FOUND);
	buffer_release(&sheet);
	/* And once more: the same sheet opens what both machines wrote. */
	lose(w, b);
	c = replacement(w, a->recovery);
	life_round(w, c);
	life_round(w, c);
	assert_int_equal(addresses(c), life_pupils(hub));
	assert_int_equal(locked(c), 0);
	life_same(c, hub);
	life_sound(c);
}

static void
test_without_the_sheet_all_but_the_private_columns_comes_back(void **state)
{
	struct life *w = *state;
	struct life_node *hub = &w->node[0], *a = life_school(w, LIFE_SCHOOL), *b;

	lose(w, a);
	b = replacement(w, NULL);
	life_add(b, "戊");
	life_round(w, b);
	life_round(w, b);
	assert_int_equal(life_pupils(b), 4);
	assert_int_equal(addresses(b), 1); /* its own */
	assert_int_equal(locked(b), 1);
	life_same(b, hub);
	life_sound(b);
}

static void
test_another_schools_sheet_opens_nothing(void **state)
{
	struct life *w = *state;
	struct life_node *a = life_school(w, LIFE_SCHOOL), *b;
	struct life_node *other = life_school(w, LIFE_SCHOOL + 1);

	lose(w, a);
	b = replacement(w, other->recovery);
	life_round(w, b);
	life_round(w, b);
	assert_int_equal(life_pupils(b), 3);
	assert_int_equal(addresses(b), 0);
	assert_int_equal(locked(b), 1);
	life_sound(b);
}

/* The power goes at any step of the import that brings the keys. */
static void
test_keys_are_taken_whole_whenever_the_power_goes(void **state)
{
	struct life *w = *state;
	struct life_node *a = life_school(w, LIFE_SCHOOL), *b;
	struct replica_import in;
	unsigned n = 1;
	bool struck = true;

	lose(w, a);
	b = replacement(w, a->recovery);
	(void)life_visit(w, b, "stick");
	(void)life_visit(w, &w->node[0], "stick");
	for (; struck; n += 7) {
		int status;

		sim_stop_at(w->sim, n);
		status = replica_import(b->r, "stick", NULL, NULL, &in);
		struck = sim_struck(w->sim);
		sim_no_fault(w->sim);
		assert_true(struck || status == STATUS_OK);
		replica_close(b->r);
		b->r = NULL;
		if (struck)
			sim_power_cut_at(w->sim, b->dir, SIM_KEEP_SOME);
		life_open(b);
	}
	assert_true(n > 40);
	life_round(w, b);
	assert_int_equal(addresses(b), 3);
	assert_int_equal(locked(b), 0);
	life_same(b, &w->node[0]);
	life_sound(b);
}

/* ---- the county's keys ---- */

static void
rotate(struct life *w, unsigned from, unsigned to)
{
	char old[2][192], paths[2][192];
	struct replica_hub_options next = { .county = 410185, .passphrase = LIFE_PASSPHRASE };
	struct life_node *hub = &w->node[0];

	for (unsigned i = 0; i < 2; i++) {
		(void)snprintf(old[i], sizeof(old[i]), "%s/keys/root%u", hub->dir,
		    2 * from + i);
		(void)snprintf(paths[i], sizeof(paths[i]), "%s/keys/root%u", hub->dir,
		    2 * to + i);
		next.root_copies[i] = paths[i];
	}
	assert_int_equal(replica_root_rotate(hub->r, old[1], LIFE_PASSPHRASE, &next),
	    STATUS_OK);
	assert_int_equal(replica_root_issue(hub->r, old[0], LIFE_PASSPHRASE), STATUS_STALE);
}

static void
test_a_school_that_slept_follows_every_step_from_one_stick(void **state)
{
	struct life *w = *state;
	struct life_node *hub = &w->node[0], *a = life_school(w, LIFE_SCHOOL), *lost, *c;
	struct roster before = {0};
	struct buffer forged = BUFFER_INIT;
	struct replica_status status;
	uint8_t thief[64];
	size_t len;
	bool taken;

	life_add(a, "甲");
	life_round(w, a);
	lost = replacement(w, NULL);
	life_round(w, lost);
	/* Now it sleeps.  Whoever has the issuing key of today keeps it. */
	memcpy(thief, hub->r->issuing_sk, sizeof(thief));
	assert_non_null(sim_peek(w->sim, "hub1/roster", &len));
	assert_int_equal(roster_read(sim_peek(w->sim, "hub1/roster", &len), len, 0, NULL,
	    &before), STATUS_OK);
	rotate(w, 0, 1);
	assert_int_equal(replica_revoke(hub->r, &lost->r->self.pub.id), STATUS_OK);
	rotate(w, 1, 2);
	assert_int_equal(replica_root_issue(hub->r, "hub1/keys/root4", LIFE_PASSPHRASE),
	    STATUS_OK);
	c = replacement(w, a->recovery);
	life_reopen(hub);
	life_round(w, c);
	life_round(w, a);
	assert_int_equal(a->r->roster.nsteps, 2);
	assert_true(a->r->roster.number == hub->r->roster.number);
	assert_true(roster_revoked(&a->r->roster, &lost->r->self.pub.id));
	life_add(a, "乙");
	for (unsigned i = 0; i < 3; i++) {
		life_round(w, a);
		life_round(w, c);
	}
	life_round(w, a);
	life_same(a, hub);
	life_same(c, hub);
	life_sound(a);
	life_sound(hub);
	assert_int_equal(addresses(c), 2);
	/* The key of before signs a roster of any number: nobody takes it now. */
	before.number = 1000;
	assert_int_equal(roster_sign(&before, thief, &forged), STATUS_OK);
	assert_int_equal(replica_take_roster(a->r, forged.data, forged.len, &taken),
	    STATUS_STALE);
	assert_int_equal(replica_take_roster(hub->r, forged.data, forged.len, &taken),
	    STATUS_STALE);
	assert_int_equal(replica_status(a->r, &status), STATUS_OK);
	assert_true(status.roster_refused == 1000);
	roster_release(&before);
	buffer_release(&forged);
}

/* The power goes at any step: the hub signs with the key that its roster names. */
static void
test_an_issuing_key_is_changed_whole_or_not_at_all(void **state)
{
	struct life *w = *state;
	struct life_node *hub = &w->node[0];
	struct replica_invite in = { .role = ROLE_SCHOOL, .school = { .id = LIFE_SCHOOL,
	    .name = "冶上教学点", .class_code = 220, .kind = 1 } };
	bool struck = true;
	unsigned n = 2;

	for (; struck; n += 3) {
		struct buffer file = BUFFER_INIT;
		int status;

		sim_stop_at(w->sim, n);
		status = replica_root_issue(hub->r, w->root[0], LIFE_PASSPHRASE);
		struck = sim_struck(w->sim);
		sim_no_fault(w->sim);
		assert_true(struck || status == STATUS_OK);
		replica_close(hub->r);
		hub->r = NULL;
		if (struck)
			sim_power_cut_at(w->sim, hub->dir, n % 2 == 0 ? SIM_DROP_ALL :
			    SIM_KEEP_SOME);
		life_open(hub);
		in.school.id++;
		assert_int_equal(replica_invite(hub->r, &in, &file), STATUS_OK);
		buffer_release(&file);
	}
	assert_true(n > 15);
}

/* ---- the hub's sealing key ---- */

static void
refuse_gone(void *ctx, const struct replica_file *file)
{
	unsigned *n = ctx;

	*n += file->status == STATUS_SEAL_GONE;
}

/* Taken in; how many files were sealed to a key that is no more. */
static unsigned
gone_on(const struct life_node *n, const char *stick)
{
	struct replica_import in;
	unsigned gone = 0;

	life_tick(n);
	assert_int_equal(replica_import(n->r, stick, refuse_gone, &gone, &in), STATUS_OK);
	assert_int_equal(in.refused, gone);
	return gone;
}

static void
put_on(const struct life_node *n, const char *stick)
{
	struct replica_export out;

	life_tick(n);
	assert_int_equal(replica_export(n->r, stick, false, &out), STATUS_OK);
}

static void
test_what_is_under_way_is_opened_with_the_sealing_key_before(void **state)
{
	struct life *w = *state;
	struct life_node *hub = &w->node[0], *a = life_school(w, LIFE_SCHOOL);
	uint64_t epoch;

	life_round(w, a);
	for (unsigned year = 1; year <= 4; year++) {
		life_add(a, "甲");
		put_on(a, "stick"); /* sealed to the key of before */
		assert_int_equal(replica_sealing_new(hub->r), STATUS_OK);
		epoch = hub->r->epoch;
		life_reopen(hub);
		assert_true(hub->r->epoch == epoch);
		assert_int_equal(gone_on(hub, "stick"), 0);
		assert_int_equal(life_pupils(hub), year);
		assert_int_equal(hub->r->nsealings, year == 1 ? 1 : 2);
		life_round(w, a);
		life_same(hub, a);
	}
	/* The first secret, which stood beside the signing key, is no more. */
	assert_true(sodium_is_zero(hub->r->self.seal_sk, sizeof(hub->r->self.seal_sk)));
	life_sound(hub);
}

static void
test_a_stick_that_was_lost_dies_and_who_slept_loses_nothing(void **state)
{
	struct life *w = *state;
	struct life_node *hub = &w->node[0], *a = life_school(w, LIFE_SCHOOL);

	life_round(w, a);
	life_add(a, "甲");
	put_on(a, "other");
	assert_int_equal(replica_sealing_new(hub->r), STATUS_OK);
	assert_int_equal(replica_sealing_new(hub->r), STATUS_OK);
	assert_int_equal(gone_on(hub, "other"), 1);
	assert_int_equal(life_pupils(hub), 0);
	/* It hears of the key with the answer, and sends all of it again. */
	put_on(hub, "other");
	assert_int_equal(gone_on(a, "other"), 0);
	put_on(a, "other");
	assert_int_equal(gone_on(hub, "other"), 0);
	assert_int_equal(life_pupils(hub), 1);
	put_on(hub, "other");
	assert_int_equal(gone_on(a, "other"), 0);
	life_same(hub, a);
}

static void
test_a_hub_put_back_to_before_a_change_seals_anew(void **state)
{
	struct life *w = *state;
	struct life_node *hub = &w->node[0], *a = life_school(w, LIFE_SCHOOL), *before;
	uint8_t lost[SEAL_PK_BYTES];

	life_round(w, a);
	before = life_place(w, "backup");
	replica_close(hub->r);
	sim_copy(w->sim, hub->dir, before->dir);
	life_open(hub);
	assert_int_equal(replica_sealing_new(hub->r), STATUS_OK);
	memcpy(lost, hub->r->sealings[0].pub.seal_pk, sizeof(lost));
	life_add(a, "甲");
	life_round(w, a);
	life_add(a, "乙");
	put_on(a, "stick"); /* sealed to a key that goes with the disk */
	replica_close(hub->r);
	hub->r = NULL;
	sim_erase(w->sim, hub->dir);
	sim_copy(w->sim, before->dir, hub->dir);
	life_open(hub);
	assert_int_equal(gone_on(hub, "stick"), 1);
	assert_int_equal(hub->r->nsealings, 1);
	assert_memory_not_equal(lost, hub->r->sealings[0].pub.seal_pk, sizeof(lost));
	put_on(hub, "stick");
	for (unsigned i = 0; i < 3; i++)
		life_round(w, a);
	assert_int_equal(life_pupils(hub), 2);
	life_same(hub, a);
	life_sound(hub);
}

static void
test_a_sealing_key_is_changed_whole_or_not_at_all(void **state)
{
	struct life *w = *state;
	struct life_node *hub = &w->node[0], *a = life_school(w, LIFE_SCHOOL);
	bool struck = true;
	unsigned n;

	life_round(w, a);
	assert_int_equal(replica_sealing_new(hub->r), STATUS_OK);
	for (n = 1; struck && n < 200; n++) {
		int status;

		life_round(w, a);
		life_add(a, "甲");
		put_on(a, "stick");
		sim_stop_at(w->sim, n);
		status = replica_sealing_new(hub->r);
		struck = sim_struck(w->sim);
		sim_no_fault(w->sim);
		assert_true(struck || status == STATUS_OK);
		replica_close(hub->r);
		hub->r = NULL;
		if (struck)
			sim_power_cut_at(w->sim, hub->dir, n % 2 == 0 ? SIM_DROP_ALL :
			    SIM_KEEP_SOME);
		life_open(hub);
		assert_int_equal(gone_on(hub, "stick"), 0);
		assert_int_equal(life_pupils(hub), n);
	}
	assert_true(n > 10);
	life_round(w, a);
	life_same(hub, a);
}

/* What the school reads as confirmed, and the county as merged, is never of later than it
 * can be known. */
static int
see_school(void *ctx, const struct replica_school *s)
{
	*(int64_t *)ctx = s->merged_time_s;
	return STATUS_OK;
}

static void
test_a_record_under_a_clock_of_2039_confirms_nothing_beyond_its_receipt(void **state)
{
	struct life *w = *state;
	struct life_node *hub = &w->node[0], *a = life_school(w, LIFE_SCHOOL);
	int64_t right, merged_s = 0;
	struct replica_status s;

	life_add(a, "甲");
	right = a->env->now_s(a->env->ctx);
	sim_set_clock(a->env, INT64_C(2178000000));
	life_add(a, "乙");
	sim_set_clock(a->env, right);
	life_round(w, a);
	assert_int_equal(replica_status(a->r, &s), STATUS_OK);
	assert_int_equal(s.waiting, 0);
	assert_true(s.receipt_s > 0);
	assert_int_equal(s.confirmed_s, s.receipt_s);
	assert_int_equal(replica_schools(hub->r, see_school, &merged_s), STATUS_OK);
	assert_int_equal(merged_s, hub->env->now_s(hub->env->ctx));
	life_sound(a);
	life_sound(hub);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, life_begin, life_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_a_copied_directory_begins_a_new_epoch_though_nothing_is_behind),
		CASE(test_a_disk_in_another_machine_begins_a_new_epoch_once),
		CASE(test_a_missing_or_older_sidecar_begins_a_new_epoch),
		CASE(test_a_new_epoch_is_begun_whole_or_not_at_all),
		CASE(test_a_lost_disk_comes_back_whole_with_the_sheet),
		CASE(test_without_the_sheet_all_but_the_private_columns_comes_back),
		CASE(test_another_schools_sheet_opens_nothing),
		CASE(test_keys_are_taken_whole_whenever_the_power_goes),
		CASE(test_a_school_that_slept_follows_every_step_from_one_stick),
		CASE(test_an_issuing_key_is_changed_whole_or_not_at_all),
		CASE(test_what_is_under_way_is_opened_with_the_sealing_key_before),
		CASE(test_a_stick_that_was_lost_dies_and_who_slept_loses_nothing),
		CASE(test_a_hub_put_back_to_before_a_change_seals_anew),
		CASE(test_a_sealing_key_is_changed_whole_or_not_at_all),
		CASE(test_a_record_under_a_clock_of_2039_confirms_nothing_beyond_its_receipt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
