/* What the domain asks of the road between a school and its county. */
#include "schema/domain.h"
#include "tests/life_world.h"

/* One transaction in a lane of the school's scope. */
static void
write_in(struct life_node *n, enum lane lane, const char *sql)
{
	struct store_stmt *st;
	uint64_t seq;
	bool row;

	life_tick(n);
	assert_int_equal(replica_begin(n->r, LIFE_SCHOOL, lane, 7), STATUS_OK);
	assert_int_equal(store_prepare(replica_store(n->r), sql, &st, NULL), STATUS_OK);
	assert_int_equal(store_step(st, &row), STATUS_OK);
	store_reset(st);
	assert_int_equal(store_commit(replica_store(n->r), &seq), STATUS_OK);
	assert_true(seq > 0);
}

/* Which of the school's streams the hub took in first. */
static enum lane
first_lane(const struct life_node *hub)
{
	const struct store *s = replica_store(hub->r);

	for (uint32_t writer = 1; writer <= store_stream_count(s); writer++)
		if (store_stream_id(s, writer)->scope == LIFE_SCHOOL)
			return (enum lane)store_stream_id(s, writer)->lane;
	fail();
	return LANE_ORDINARY;
}

static void
R13_an_incident_is_taken_in_before_the_day_that_was_written_earlier(void **state)
{
	struct life *w = *state;
	struct life_node *hub = &w->node[0], *n = life_school(w, LIFE_SCHOOL);

	for (int i = 0; i < 3; i++)
		life_add(n, "甲");
	write_in(n, LANE_URGENT,
	    "INSERT INTO incident (school, incident, kind) VALUES (school(), new_id(), 1)");
	life_round(w, n);
	assert_int_equal(first_lane(hub), LANE_URGENT);
	assert_int_equal(life_count(hub, "SELECT count(*) FROM incident WHERE school = :school",
	    LIFE_SCHOOL), 1);
	assert_int_equal(life_pupils(hub), 3);
	for (size_t i = 0; i < domain_ncommands; i++)
		if (strncmp(domain_commands[i].name, "incident.", 9) == 0)
			assert_true(domain_commands[i].urgent);
}

/* Ten weeks without a stick: no certificate has run out, nothing has to be renewed. */
static void
R20_the_first_stick_after_the_holidays_is_taken_as_always(void **state)
{
	struct life *w = *state;
	struct life_node *hub = &w->node[0], *n = life_school(w, LIFE_SCHOOL);

	life_add(n, "甲");
	life_round(w, n);
	for (unsigned i = 0; i < w->n; i++)
		sim_set_clock(w->node[i].env,
		    w->node[i].env->now_s(w->node[i].env->ctx) + 70 * 86400);
	life_add(n, "乙");
	life_round(w, n);
	assert_int_equal(life_pupils(hub), 2);
	assert_int_equal(life_held(hub), 0);
	life_same(n, hub);
}

static void
R18_the_hub_holds_what_only_the_school_can_read(void **state)
{
	struct life *w = *state;
	struct life_node *hub = &w->node[0], *n = life_school(w, LIFE_SCHOOL);

	life_add(n, "甲");
	life_round(w, n);
	assert_int_equal(life_pupils(hub), 1);
	assert_int_equal(life_count(n, COUNTY_SQL_ADDRESS_COUNT, LIFE_SCHOOL), 1);
	assert_int_equal(life_count(hub, COUNTY_SQL_ADDRESS_COUNT, LIFE_SCHOOL), 0);
	life_same(n, hub);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, life_begin, life_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(R13_an_incident_is_taken_in_before_the_day_that_was_written_earlier),
		CASE(R20_the_first_stick_after_the_holidays_is_taken_as_always),
		CASE(R18_the_hub_holds_what_only_the_school_can_read),
	};

	return cmocka_run_group_tests_name("domain_travel", tests, NULL, NULL);
}
