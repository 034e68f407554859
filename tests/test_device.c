/* Several devices in one school: the school's key, and exchange without the hub. */
#include "schema/domain.h"
#include "schema/notes.h"
#include "tests/life_world.h"

static struct life_node *
second(struct life *w)
{
	struct replica_invite in = { .role = ROLE_SCHOOL, .school = { .id = LIFE_SCHOOL } };
	struct buffer file = BUFFER_INIT;
	struct life_node *n = life_place(w, "device");

	assert_int_equal(replica_invite(w->node[0].r, &in, &file), STATUS_OK);
	assert_int_equal(replica_init_school(n->dir, n->env, &life_domain, file.data,
	    file.len, n->recovery), STATUS_OK);
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

/* Whether a generation of the school's keys stands sealed to a node. */
static bool
wrapped_to(const struct life_node *at, const struct life_node *node)
{
	struct store_stmt *st;
	bool row, found = false;

	assert_int_equal(store_prepare(replica_store(at->r), COUNTY_SQL_KEYWRAP_RECIPIENTS,
	    &st, NULL), STATUS_OK);
	while (store_step(st, &row) == STATUS_OK && row)
		found |= memcmp(store_column(st, 0).p, node->r->self.pub.seal_pk,
		    NODE_ID_BYTES) == 0;
	store_reset(st);
	return found;
}

static void
test_a_second_device_reads_the_private_columns_without_the_sheet(void **state)
{
	struct life *w = *state;
	struct life_node *hub = &w->node[0], *a = life_school(w, LIFE_SCHOOL), *b;

	life_add(a, "甲");
	life_add(a, "乙");
	life_round(w, a);
	b = second(w);
	life_add(b, "丙");
	life_round(w, b);
	/* Everything but what only the school's key opens. */
	assert_int_equal(life_pupils(b), 3);
	assert_int_equal(addresses(b), 1);
	assert_int_equal(locked(b), 1);
	assert_false(wrapped_to(a, b));
	life_round(w, a); /* learns of the device, and hands the key on */
	assert_true(wrapped_to(a, b));
	life_round(w, a);
	life_round(w, b);
	life_round(w, a);
	assert_int_equal(addresses(b), 3);
	assert_int_equal(addresses(a), 3);
	assert_int_equal(locked(a) + locked(b), 0);
	assert_int_equal(addresses(hub), 0);
	assert_int_equal(hub->r->keys.n, 0);
	assert_false(wrapped_to(hub, hub));
	life_same(a, hub);
	life_same(b, hub);
	life_sound(a);
	life_sound(b);
	life_sound(hub);
	assert_int_equal(life_held(hub), 0);
}

static void
tell(struct life_node *from, struct life_node *to)
{
	struct replica_export out;
	struct replica_import in;

	assert_int_equal(replica_export(from->r, "other", false, &out), STATUS_OK);
	assert_int_equal(replica_import(to->r, "other", NULL, NULL, &in), STATUS_OK);
}

/* A key that was not handed on yet: no wrap names its generation, only what it sealed. */
static void
test_a_key_that_segments_alone_name_counts_as_locked_until_it_comes(void **state)
{
	struct life *w = *state;
	struct life_node *a = life_school(w, LIFE_SCHOOL), *b;
	struct keyring had;
	struct school_key key;
	uint64_t seq;

	life_add(a, "甲");
	life_round(w, a);
	b = second(w);
	for (unsigned i = 0; i < 4; i++)
		life_round(w, i % 2 == 0 ? b : a);
	assert_int_equal(locked(a) + locked(b), 0);
	had = a->r->keys;
	keyring_wipe(&a->r->keys);
	assert_int_equal(keyring_rotate_apart(&a->r->keys, a->env), STATUS_OK);
	key = a->r->keys.keys[0];
	life_add(a, "乙");
	assert_int_equal(replica_seal(a->r), STATUS_OK);
	a->r->keys = had;
	tell(a, b);
	assert_int_equal(life_pupils(b), 2);
	assert_int_equal(addresses(b), 1);
	assert_int_equal(locked(b), 1);
	life_reopen(b);
	assert_int_equal(locked(b), 1);
	assert_int_equal(locked(&w->node[0]), 0);
	assert_int_equal(replica_begin(a->r, LIFE_SCHOOL, LANE_ORDINARY, 0), STATUS_OK);
	assert_int_equal(replica_add_wrap(a->r, &key, b->r->self.pub.seal_pk), STATUS_OK);
	assert_int_equal(store_commit(a->r->store, &seq), STATUS_OK);
	tell(a, b);
	assert_int_equal(addresses(b), 2);
	assert_int_equal(locked(b), 0);
	keyring_wipe(&had);
	sodium_memzero(&key, sizeof(key));
}

static uint64_t
asked(const struct life_node *n)
{
	uint64_t count;

	assert_int_equal(store_inbox_count(replica_store(n->r), &count), STATUS_OK);
	return count;
}

/* An erasure that is ordered is done, also where its disk fails before it is emptied. */
static void
test_an_error_means_that_nobody_was_erased(void **state)
{
	enum { CHILDREN = 60 };
	struct life *w = *state;
	struct life_node *a = life_school(w, LIFE_SCHOOL);
	struct domain_user user = { .scope = LIFE_SCHOOL };
	unsigned refused = 0, unfinished = 0;

	for (unsigned i = 0; i < CHILDREN; i++)
		life_add(a, "甲");
	for (unsigned i = 0; i < CHILDREN; i++) {
		int64_t before = life_count(a, COUNTY_SQL_NAMED_COUNT, LIFE_SCHOOL);
		int64_t pupil = life_count(a, COUNTY_SQL_PUPIL_WITH_NAME, LIFE_SCHOOL);
		json_t *answer = NULL, *args = json_pack("{s:I, s:I}", "pupil", (json_int_t)pupil,
		    "reason", (json_int_t)1);
		struct domain_error error;
		int status;

		sim_fail_at(w->sim, i + 1, STATUS_FULL);
		status = domain_do(a->r, &user, "pupil.erase", NULL, args, &answer, &error);
		sim_no_fault(w->sim);
		if (status == STATUS_OK && json_object_get(answer, "unfinished") != NULL)
			unfinished++;
		refused += status != STATUS_OK;
		if (status != STATUS_OK)
			assert_int_equal(life_count(a, COUNTY_SQL_NAMED_COUNT, LIFE_SCHOOL), before);
		json_decref(answer);
		json_decref(args);
		assert_int_equal(replica_erase(a->r), STATUS_OK);
		if (status == STATUS_OK)
			assert_int_equal(life_count(a, COUNTY_SQL_NAMED_COUNT, LIFE_SCHOOL),
			    before - 1);
	}
	assert_true(refused > 0 && unfinished > 0);
}

/* What a child must not eat, where it lives: two answers are a question, like any others. */
static void
test_two_answers_in_a_private_column_are_a_question_at_the_school_alone(void **state)
{
	struct life *w = *state;
	struct life_node *hub = &w->node[0], *a = life_school(w, LIFE_SCHOOL), *b;

	life_add(a, "甲");
	life_round(w, a);
	b = second(w);
	for (unsigned i = 0; i < 3; i++) {
		life_round(w, b);
		life_round(w, a);
	}
	assert_int_equal(locked(a) + locked(b), 0);
	assert_int_equal(asked(a) + asked(b), 0);
	life_edit(a, COUNTY_SQL_PUPIL_ADDRESS, "东", 0);
	life_edit(b, COUNTY_SQL_PUPIL_ADDRESS, "西", 0);
	for (unsigned i = 0; i < 2; i++) {
		life_round(w, b);
		life_round(w, a);
	}
	assert_int_equal(asked(a), 1);
	assert_int_equal(asked(b), 1);
	assert_int_equal(asked(hub), 0);
	/* Whoever answers knew both. */
	life_edit(b, COUNTY_SQL_PUPIL_ADDRESS, "西", 0);
	life_edit(b, COUNTY_SQL_PUPIL_ADDRESS, "东", 0);
	for (unsigned i = 0; i < 2; i++) {
		life_round(w, b);
		life_round(w, a);
	}
	assert_int_equal(asked(a) + asked(b), 0);
	life_same(a, hub);
	life_same(b, hub);
}

/* Each of the two sheets opens what both devices wrote. */
static void
test_either_sheet_brings_everything_back(void **state)
{
	struct life *w = *state;
	struct replica_invite in = { .role = ROLE_SCHOOL, .school = { .id = LIFE_SCHOOL } };
	struct life_node *a = life_school(w, LIFE_SCHOOL), *b;

	life_add(a, "甲");
	life_round(w, a);
	b = second(w);
	life_add(b, "乙");
	for (unsigned i = 0; i < 3; i++) {
		life_round(w, b);
		life_round(w, a);
	}
	for (unsigned i = 0; i < 2; i++) {
		struct buffer file = BUFFER_INIT;
		struct life_node *n = life_place(w, "again");

		assert_int_equal(replica_invite(w->node[0].r, &in, &file), STATUS_OK);
		assert_int_equal(replica_init_again(n->dir, n->env, &life_domain,
		    file.data, file.len, (i == 0 ? a : b)->recovery), STATUS_OK);
		buffer_release(&file);
		life_open(n);
		life_round(w, n);
		life_round(w, n);
		assert_int_equal(addresses(n), 2);
		assert_int_equal(locked(n), 0);
		/* Its own key reaches the other sheet over the device that has it. */
		for (unsigned k = 0; k < 3; k++) {
			life_round(w, n);
			life_round(w, b);
		}
	}
}

static uint64_t
others_waiting(const struct life_node *n)
{
	struct replica_status s;

	assert_int_equal(replica_status(n->r, &s), STATUS_OK);
	return s.others_waiting;
}

static void
test_what_a_device_carries_of_another_waits_until_the_county_confirms_it(void **state)
{
	struct life *w = *state;
	struct life_node *a = life_school(w, LIFE_SCHOOL), *b;

	life_add(a, "甲");
	life_round(w, a);
	b = second(w);
	for (unsigned i = 0; i < 2; i++) {
		life_round(w, b);
		life_round(w, a);
	}
	life_round(w, b);
	assert_int_equal(others_waiting(a), 0);
	life_add(b, "乙");
	life_add(b, "丙");
	(void)life_visit(w, b, "other");
	(void)life_visit(w, a, "other");
	assert_int_equal(life_pupils(a), 3);
	assert_int_equal(others_waiting(a), 2);
	life_round(w, a);
	assert_int_equal(others_waiting(a), 0);
	assert_int_equal(others_waiting(&w->node[0]), 0);
}

static void
test_two_devices_exchange_for_weeks_and_one_tells_the_hub(void **state)
{
	struct life *w = *state;
	struct life_node *hub = &w->node[0], *a = life_school(w, LIFE_SCHOOL), *b;
	struct replica_import in;

	life_add(a, "甲");
	life_round(w, a);
	b = second(w);
	life_round(w, b);
	life_round(w, a);
	for (unsigned i = 0; i < 24; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "a%u", i);
		life_add(a, name);
		in = life_visit(w, a, "other");
		assert_int_equal(in.refused + in.partly, 0);
		name[0] = 'b';
		life_add(b, name);
		in = life_visit(w, b, "other");
		assert_int_equal(in.refused + in.partly, 0);
		assert_int_equal(in.merged, 1);
		/* What was acknowledged is not sent again. */
		assert_true(in.transactions <= 3);
	}
	(void)life_visit(w, a, "other");
	assert_int_equal(life_pupils(a), 49);
	assert_int_equal(addresses(a), 49);
	assert_int_equal(addresses(b), 49);
	life_same(a, b);
	assert_int_equal(life_pupils(hub), 1);
	life_round(w, b);
	assert_int_equal(life_pupils(hub), 49);
	life_same(b, hub);
	life_round(w, a);
	assert_int_equal(life_pupils(hub), 49);
	life_same(a, hub);
	life_sound(a);
	life_sound(b);
	life_sound(hub);
	assert_int_equal(life_held(hub) + life_held(a) + life_held(b), 0);
}

static void
test_a_replaced_machine_gets_neither_bundles_nor_keys(void **state)
{
	struct life *w = *state;
	struct replica_invite in = { .role = ROLE_SCHOOL, .school = { .id = LIFE_SCHOOL } };
	struct life_node *a = life_school(w, LIFE_SCHOOL), *b = life_place(w, "again");
	struct buffer file = BUFFER_INIT;
	struct replica_export out;

	life_add(a, "甲");
	life_round(w, a);
	assert_int_equal(replica_invite(w->node[0].r, &in, &file), STATUS_OK);
	assert_int_equal(replica_init_again(b->dir, b->env, &life_domain, file.data,
	    file.len, a->recovery), STATUS_OK);
	buffer_release(&file);
	life_open(b);
	life_round(w, b);
	life_round(w, b);
	life_add(b, "乙");
	sim_mount(w->sim, "fresh");
	assert_int_equal(replica_export(b->r, "fresh", false, &out), STATUS_OK);
	assert_int_equal(out.bundles, 1);
	/* It lives after all: its own words prove it, and it is served again. */
	life_round(w, a);
	life_add(a, "丙");
	life_round(w, a);
	life_round(w, b);
	life_round(w, b);
	life_round(w, a);
	assert_int_equal(addresses(a), life_pupils(a));
	assert_int_equal(locked(a), 0);
}

static void
test_a_revoked_device_loses_the_key_and_the_rest_go_on(void **state)
{
	struct life *w = *state;
	struct life_node *hub = &w->node[0], *a = life_school(w, LIFE_SCHOOL), *b, *c;
	struct node_id lost;
	struct replica_import in;
	uint32_t old;

	life_add(a, "甲");
	life_round(w, a);
	b = second(w);
	c = second(w);
	for (unsigned i = 0; i < 3; i++) {
		life_round(w, b);
		life_round(w, c);
		life_round(w, a);
	}
	lost = c->r->self.pub.id;
	old = keyring_newest(&a->r->keys)->generation;
	assert_int_equal(replica_revoke(a->r, &lost), STATUS_RIGHTS);
	assert_int_equal(replica_revoke(hub->r, &hub->r->self.pub.id), STATUS_USAGE);
	assert_int_equal(replica_revoke(hub->r, &lost), STATUS_OK);
	assert_int_equal(replica_revoke(hub->r, &lost), STATUS_EXISTS);
	for (unsigned i = 0; i < 2; i++) {
		life_round(w, a);
		life_round(w, b);
	}
	/* Under the new key, which both that remain have. */
	assert_true(keyring_newest(&a->r->keys)->generation > old);
	assert_int_equal(keyring_newest(&a->r->keys)->generation,
	    keyring_newest(&b->r->keys)->generation);
	life_add(a, "乙");
	life_round(w, a);
	life_round(w, b);
	assert_int_equal(addresses(b), 2);
	assert_int_equal(locked(a) + locked(b), 0);
	/* What the thief writes is refused, and nothing new is sealed to him. */
	life_add(c, "丙");
	in = life_visit(w, c, "other");
	in = life_visit(w, a, "other");
	assert_int_equal(in.refused, 1);
	in = life_visit(w, c, "other");
	assert_int_equal(in.transactions, 0); /* of the roster it learns */
	assert_int_equal(life_pupils(a), 2);
	in = life_visit(w, hub, "other");
	assert_int_equal(life_pupils(hub), 2);
	life_round(w, a);
	life_round(w, b);
	life_same(a, hub);
	life_same(b, hub);
	life_sound(a);
	life_sound(hub);
	/* The key stays as it is: nobody who is revoked has it. */
	old = keyring_newest(&a->r->keys)->generation;
	life_round(w, a);
	assert_int_equal(keyring_newest(&a->r->keys)->generation, old);
}

/* Records of a lost device that reached a sibling and not the county go there too: a
 * sibling cannot tell them from what a thief gave it. */
static void
test_what_a_sibling_alone_has_of_a_revoked_device_goes_and_all_agree(void **state)
{
	struct life *w = *state;
	struct life_node *hub = &w->node[0], *a = life_school(w, LIFE_SCHOOL), *b, *c;
	struct node_id lost;

	life_add(a, "甲");
	life_round(w, a);
	b = second(w);
	c = second(w);
	for (unsigned i = 0; i < 3; i++) {
		life_round(w, b);
		life_round(w, c);
		life_round(w, a);
	}
	/* It adds one, and writes into another's row; a writes over that once more. */
	life_edit(c, COUNTY_SQL_PUPIL_RENAME, "丙的话", 0);
	life_add(c, "丙");
	(void)life_visit(w, c, "other");
	(void)life_visit(w, a, "other");
	(void)life_visit(w, b, "other");
	assert_int_equal(life_pupils(a), 2);
	assert_int_equal(life_pupils(b), 2);
	life_add(a, "丁");
	lost = c->r->self.pub.id;
	assert_int_equal(replica_revoke(hub->r, &lost), STATUS_OK);
	for (unsigned i = 0; i < 3; i++) {
		life_round(w, a);
		life_round(w, b);
	}
	assert_int_equal(life_pupils(hub), 2);
	assert_int_equal(life_pupils(a), 2);
	life_same(a, hub);
	life_same(b, hub);
	life_sound(a);
	life_sound(b);
	life_sound(hub);
	assert_int_equal(life_held(a) + life_held(b) + life_held(hub), 0);
	life_reopen(a);
	life_same(a, hub);
	/* And what it still brings is taken nowhere. */
	life_add(c, "戊");
	(void)life_visit(w, c, "other");
	(void)life_visit(w, a, "other");
	assert_int_equal(life_pupils(a), 2);
	life_same(a, hub);
}

/* The hub's words on rows that never were: each some 150 bytes. */
static void
say_verdicts(const struct life_node *hub, const struct life_node *about, uint64_t from)
{
	struct merge m = replica_merge(hub->r);
	struct verdict v = { .county = 410185, .by = hub->r->self.pub.id,
	    .row = VERDICT_ALL_ROWS, .reason = VERDICT_RIGHTS, .time_s = LIFE_START,
	    .stream = { .node = about->r->self.pub.id, .epoch = about->r->epoch,
	    .scope = LIFE_SCHOOL } };

	assert_int_equal(store_begin_merge(replica_store(hub->r)), STATUS_OK);
	for (v.seq = from; v.seq < from + 100; v.seq++) {
		struct buffer b = BUFFER_INIT;

		assert_int_equal(verdict_build(&v, &hub->r->self, &b), STATUS_OK);
		assert_int_equal(merge_verdict(&m, &v, b.data, b.len), STATUS_OK);
		buffer_release(&b);
	}
	assert_int_equal(store_commit_merge(replica_store(hub->r)), STATUS_OK);
}

static uint64_t
verdicts_at(const struct life_node *n)
{
	char space[MERGE_SPACE_BYTES];
	uint64_t count;

	merge_verdict_space(LIFE_SCHOOL, space);
	assert_int_equal(store_meta_count(replica_store(n->r), space, &count), STATUS_OK);
	return count;
}

static uint64_t
bytes_for(struct life *w, const struct life_node *from, const struct life_node *to)
{
	struct replica_export out;

	sim_erase(w->sim, "other");
	sim_mount(w->sim, "other");
	assert_int_equal(replica_export_to(from->r, "other", &to->r->self.pub.id, &out),
	    STATUS_OK);
	return out.bytes;
}

static void
test_a_verdict_travels_until_it_was_taken_in(void **state)
{
	struct life *w = *state;
	struct life_node *hub = &w->node[0], *a = life_school(w, LIFE_SCHOOL), *b;

	life_add(a, "甲");
	life_round(w, a);
	b = second(w);
	life_round(w, b);
	say_verdicts(hub, a, 1000);
	assert_true(bytes_for(w, hub, a) > 10000);
	assert_true(bytes_for(w, hub, a) > 10000); /* the stick was lost */
	life_round(w, a);
	assert_int_equal(verdicts_at(a), 100);
	life_add(a, "乙");
	life_round(w, a);
	say_verdicts(hub, a, 2000);
	life_round(w, a);
	life_add(a, "丙");
	(void)life_visit(w, a, "stick");
	(void)life_visit(w, hub, "stick");
	assert_int_equal(verdicts_at(a), 200);
	assert_true(bytes_for(w, hub, a) < 5000);
	/* Who has not had them gets them all. */
	assert_int_equal(verdicts_at(b), 0);
	life_round(w, b);
	assert_int_equal(verdicts_at(b), 200);
	life_sound(a);
	life_sound(b);
}

static struct roster_right *
right_on(const struct life_node *n, uint16_t table)
{
	for (size_t i = n->r->roster.nrights; i-- > 0; )
		if (n->r->roster.rights[i].role == ROLE_SCHOOL &&
		    n->r->roster.rights[i].table == table)
			return &n->r->roster.rights[i];
	fail();
	return NULL;
}

static bool
is_noted(const struct life_node *n, const char *code)
{
	struct replica_status s;
	json_t *notes, *note;
	bool found = false;
	size_t i;

	assert_int_equal(replica_status(n->r, &s), STATUS_OK);
	notes = notes_of(n->r, &s, MESSAGE_ZH);
	json_array_foreach(notes, i, note)
		found |= strcmp(json_string_value(json_object_get(note, "code")), code) == 0;
	json_decref(notes);
	return found;
}

/* A program that asks for no right: the county takes nothing of it, and the school is
 * told, beside "all is confirmed". */
static void
test_what_the_county_did_not_take_is_told_at_the_school(void **state)
{
	enum { PUPIL = 12 };
	struct life *w = *state;
	struct life_node *hub = &w->node[0], *a = life_school(w, LIFE_SCHOOL);
	struct replica_status s;

	life_add(a, "甲");
	life_round(w, a);
	right_on(hub, PUPIL)->until = hub->r->roster.number + 1;
	assert_int_equal(replica_publish_roster(hub->r), STATUS_OK);
	life_round(w, a);
	assert_false(is_noted(a, "exceptions"));
	right_on(a, PUPIL)->until = 0;
	life_add(a, "乙");
	assert_int_equal(replica_seal(a->r), STATUS_OK);
	life_reopen(a);
	life_round(w, a);
	life_round(w, a);
	assert_int_equal(life_pupils(hub), 1);
	assert_int_equal(life_pupils(a), 1);
	assert_int_equal(replica_status(a->r, &s), STATUS_OK);
	assert_int_equal(s.waiting, 0);
	assert_int_equal(s.exceptions, 1);
	assert_true(is_noted(a, "exceptions"));
	assert_int_equal(life_held(hub), 1);
	life_same(a, hub);
	life_sound(a);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, life_begin, life_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_a_verdict_travels_until_it_was_taken_in),
		CASE(test_a_second_device_reads_the_private_columns_without_the_sheet),
		CASE(test_a_key_that_segments_alone_name_counts_as_locked_until_it_comes),
		CASE(test_what_the_county_did_not_take_is_told_at_the_school),
		CASE(test_an_error_means_that_nobody_was_erased),
		CASE(test_two_answers_in_a_private_column_are_a_question_at_the_school_alone),
		CASE(test_either_sheet_brings_everything_back),
		CASE(test_what_a_device_carries_of_another_waits_until_the_county_confirms_it),
		CASE(test_two_devices_exchange_for_weeks_and_one_tells_the_hub),
		CASE(test_a_replaced_machine_gets_neither_bundles_nor_keys),
		CASE(test_a_revoked_device_loses_the_key_and_the_rest_go_on),
		CASE(test_what_a_sibling_alone_has_of_a_revoked_device_goes_and_all_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
