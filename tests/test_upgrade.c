/* A node of an older schema and one of a newer exchange for a while, then the
 * older is upgraded: both must have the same state. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "gen/upgrade_new.h"
#include "gen/upgrade_old.h"
#include "gen/upgrade_sql.h"
#include "sync/replica.h"
#include "tests/sim/sim_env.h"

#define SCHOOL UINT64_C(2141018501)
#define STEPS 60

static const char *const migrations[] = { UPGRADE_SQL_LOCAL, NULL };
static const char *const broken[] = { UPGRADE_SQL_LOCAL, UPGRADE_SQL_BROKEN, NULL };
static const struct replica_domain old_domain = { &upgrade_old, migrations, NULL };
static const struct replica_domain new_domain = { &upgrade_new, migrations, NULL };
static const struct replica_domain broken_domain = { &upgrade_new, broken, NULL };

struct node {
	const struct env *env;
	const struct replica_domain *domain;
	struct replica *r;
	char dir[128];
};

struct pair {
	struct sim_world *world;
	uint64_t state;
	char base[64];
	struct node hub, school;
};

static uint32_t
draw(struct pair *p, uint32_t below)
{
	p->state = p->state * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (uint32_t)((p->state >> 33) % below);
}

static void
open_node(struct node *n, const struct replica_domain *domain)
{
	n->domain = domain;
	assert_int_equal(replica_open(n->dir, n->env, domain, &n->r), STATUS_OK);
}

static void
reopen(struct node *n, const struct replica_domain *domain)
{
	replica_close(n->r);
	open_node(n, domain);
}

static void
birth(struct pair *p, uint64_t seed, const struct replica_domain *hub,
    const struct replica_domain *school)
{
	struct replica_hub_options o = { .county = 410185, .name = "登封市",
	    .passphrase = "correct horse battery" };
	struct replica_invite in = { .role = ROLE_SCHOOL, .school = { .id = SCHOOL,
	    .name = "冶上教学点", .class_code = 220, .kind = 1 } };
	struct buffer file = BUFFER_INIT;
	char root[2][160], recovery[RECOVERY_TEXT_BYTES];

	memset(p, 0, sizeof(*p));
	p->state = seed;
	(void)snprintf(p->base, sizeof(p->base), "%s/kehou-upgrade-XXXXXX",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	assert_non_null(mkdtemp(p->base));
	p->world = sim_world_new(seed);
	sim_mount(p->world, "stick");
	sim_mount(p->world, p->base);
	(void)snprintf(p->hub.dir, sizeof(p->hub.dir), "%s/hub", p->base);
	(void)snprintf(p->school.dir, sizeof(p->school.dir), "%s/school", p->base);
	assert_int_equal(mkdir(p->hub.dir, 0700), 0);
	assert_int_equal(mkdir(p->school.dir, 0700), 0);
	p->hub.env = sim_node(p->world, seed * 10, INT64_C(1788220800));
	p->school.env = sim_node(p->world, seed * 10 + 1, INT64_C(1788220000));
	for (unsigned i = 0; i < 2; i++) {
		(void)snprintf(root[i], sizeof(root[i]), "%s/keys/root%u", p->hub.dir, i);
		o.root_copies[i] = root[i];
	}
	assert_int_equal(replica_init_hub(p->hub.dir, p->hub.env, hub, &o), STATUS_OK);
	open_node(&p->hub, hub);
	assert_int_equal(replica_invite(p->hub.r, &in, &file), STATUS_OK);
	assert_int_equal(replica_init_school(p->school.dir, p->school.env, school,
	    file.data, file.len, recovery), STATUS_OK);
	buffer_release(&file);
	open_node(&p->school, school);
}

static void
end(struct pair *p)
{
	char command[160];

	replica_close(p->hub.r);
	replica_close(p->school.r);
	sim_world_free(p->world);
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", p->base);
	assert_int_equal(system(command), 0);
}

static int64_t
number(struct node *n, const char *sql)
{
	struct store_stmt *st;
	int64_t ret;
	bool row;

	assert_int_equal(store_prepare(replica_store(n->r), sql, &st, NULL), STATUS_OK);
	assert_int_equal(store_bind(st, "school", value_int((int64_t)SCHOOL)), STATUS_OK);
	assert_int_equal(store_step(st, &row), STATUS_OK);
	assert_true(row);
	ret = store_column(st, 0).i;
	store_reset(st);
	return ret;
}

static int
edit(struct pair *p, struct node *n, uint64_t scope, const char *sql)
{
	int64_t children = number(n, UPGRADE_SQL_COUNT);
	struct store_stmt *st;
	uint64_t seq;
	bool row;
	int status;

	sim_set_clock(n->env, n->env->now_s(n->env->ctx) + 1 + draw(p, 600));
	assert_int_equal(replica_begin(n->r, scope, LANE_ORDINARY, 7), STATUS_OK);
	assert_int_equal(store_prepare(replica_store(n->r), sql, &st, NULL), STATUS_OK);
	assert_int_equal(store_bind(st, "school", value_int((int64_t)SCHOOL)), STATUS_OK);
	assert_int_equal(store_bind(st, "v", value_int(draw(p, 5))), STATUS_OK);
	assert_int_equal(store_bind(st, "nth", value_int(children == 0 ? 0 :
	    draw(p, (uint32_t)children))), STATUS_OK);
	assert_int_equal(store_step(st, &row), STATUS_OK);
	store_reset(st);
	status = store_commit(replica_store(n->r), &seq);
	return status;
}

static void
school_step(struct pair *p)
{
	static const char *const what[] = { UPGRADE_SQL_ADD, UPGRADE_SQL_ADD,
	    UPGRADE_SQL_RENAME, UPGRADE_SQL_SEX, UPGRADE_SQL_REMOVE,
	    UPGRADE_SQL_NEW_ADD, UPGRADE_SQL_NEW_CLASS, UPGRADE_SQL_NEW_VISIT };
	bool knows = p->school.domain == &new_domain;
	uint32_t k = draw(p, knows ? 8 : 5);
	int status = edit(p, &p->school, SCHOOL, what[k]);

	/* An older hub has not granted what is new yet. */
	assert_true(status == STATUS_OK || (k >= 5 && status == STATUS_RIGHTS));
}

static void
hub_step(struct pair *p)
{
	static const char *const what[] = { UPGRADE_SQL_PLAN, UPGRADE_SQL_SEX,
	    UPGRADE_SQL_NEW_PLAN, UPGRADE_SQL_NEW_CLASS };
	uint32_t k = draw(p, p->hub.domain == &new_domain ? 4 : 2);

	assert_int_equal(edit(p, &p->hub, k % 2 == 0 ? SCOPE_COUNTY : SCHOOL, what[k]),
	    STATUS_OK);
}

static void
carry(struct node *n, const char *stick)
{
	struct replica_import in;
	struct replica_export out;
	int status = replica_import(n->r, stick, NULL, NULL, &in);

	assert_true(status == STATUS_OK || status == STATUS_NOT_FOUND);
	assert_int_equal(replica_export(n->r, stick, true, &out), STATUS_OK);
}

static void
live(struct pair *p)
{
	for (unsigned i = 0; i < STEPS; i++) {
		switch (draw(p, 8)) {
		case 0:
			carry(&p->school, "stick");
			break;
		case 1:
			carry(&p->hub, "stick");
			break;
		case 2: case 3:
			hub_step(p);
			break;
		default:
			school_step(p);
			break;
		}
	}
}

static void
deliver(struct pair *p)
{
	for (unsigned round = 0; round < 3; round++) {
		carry(&p->school, "stick");
		carry(&p->hub, "stick");
	}
	carry(&p->school, "stick");
}

static void
assert_same(struct pair *p)
{
	static const uint64_t scopes[] = { SCHOOL, SCOPE_COUNTY };
	struct node *nodes[] = { &p->hub, &p->school };

	for (unsigned i = 0; i < 2; i++) {
		uint8_t a[HASH_BYTES], b[HASH_BYTES];
		struct replica_verify v;
		uint64_t held;

		assert_int_equal(replica_digest(p->hub.r, scopes[i], a), STATUS_OK);
		assert_int_equal(replica_digest(p->school.r, scopes[i], b), STATUS_OK);
		assert_memory_equal(a, b, HASH_BYTES);
		assert_int_equal(replica_verify(nodes[i]->r, &v), STATUS_OK);
		assert_true(v.state_equal && v.store_sound);
		assert_int_equal(store_held_count(replica_store(nodes[i]->r), &held),
		    STATUS_OK);
		assert_int_equal(held, 0);
	}
	/* The hub cannot read what is the school's alone. */
	assert_int_equal(number(&p->hub, UPGRADE_SQL_NEW_DIETS), 0);
}

static uint64_t
written(struct node *n)
{
	struct replica_status s;

	assert_int_equal(replica_status(n->r, &s), STATUS_OK);
	return s.transactions;
}

static void
run(uint64_t seed, bool hub_is_old)
{
	struct pair p;
	struct node *late;
	uint64_t before;

	print_message("# seed %llu\n", (unsigned long long)seed);
	birth(&p, seed, hub_is_old ? &old_domain : &new_domain,
	    hub_is_old ? &new_domain : &old_domain);
	late = hub_is_old ? &p.hub : &p.school;
	deliver(&p);
	live(&p);
	before = written(late);
	reopen(late, &new_domain);
	assert_true(written(late) == before);
	assert_int_equal(number(late, UPGRADE_SQL_EXTRAS), 4);
	assert_int_equal(number(late, UPGRADE_SQL_LEFTOVERS), 0);
	deliver(&p);
	assert_same(&p);
	live(&p);
	deliver(&p);
	assert_same(&p);
	end(&p);
}

static void
a_school_upgraded_later_than_its_hub_has_the_same_state(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 6; seed++)
		run(seed, false);
}

static void
a_hub_upgraded_later_than_a_school_has_the_same_state(void **state)
{
	(void)state;
	for (uint64_t seed = 11; seed <= 16; seed++)
		run(seed, true);
}

static void
what_a_newer_schema_wrote_waits_until_the_upgrade(void **state)
{
	struct pair p;
	uint64_t held;

	(void)state;
	birth(&p, 21, &new_domain, &old_domain);
	deliver(&p);
	assert_int_equal(edit(&p, &p.school, SCHOOL, UPGRADE_SQL_ADD), STATUS_OK);
	deliver(&p);
	assert_int_equal(edit(&p, &p.hub, SCHOOL, UPGRADE_SQL_NEW_CLASS), STATUS_OK);
	deliver(&p);
	assert_int_equal(store_held_count(replica_store(p.school.r), &held), STATUS_OK);
	assert_int_equal(held, 1);
	reopen(&p.school, &new_domain);
	assert_int_equal(number(&p.school, UPGRADE_SQL_NEW_DEFAULTS), 0);
	assert_same(&p);
	end(&p);
}

static void
a_row_gains_the_defaults_with_the_version_of_its_birth(void **state)
{
	struct pair p;

	(void)state;
	birth(&p, 22, &new_domain, &old_domain);
	deliver(&p);
	assert_int_equal(edit(&p, &p.school, SCHOOL, UPGRADE_SQL_ADD), STATUS_OK);
	/* Every old column is overwritten: nothing in the row tells its birth. */
	assert_int_equal(edit(&p, &p.school, SCHOOL, UPGRADE_SQL_RENAME), STATUS_OK);
	deliver(&p);
	reopen(&p.school, &new_domain);
	assert_int_equal(number(&p.school, UPGRADE_SQL_NEW_DEFAULTS), 1);
	assert_same(&p);
	end(&p);
}

static void
what_was_logged_before_the_upgrade_is_sealed_after_it(void **state)
{
	struct pair p;

	(void)state;
	birth(&p, 23, &new_domain, &old_domain);
	deliver(&p);
	assert_int_equal(edit(&p, &p.school, SCHOOL, UPGRADE_SQL_ADD), STATUS_OK);
	assert_int_equal(edit(&p, &p.school, SCHOOL, UPGRADE_SQL_SEX), STATUS_OK);
	reopen(&p.school, &new_domain);
	deliver(&p);
	assert_int_equal(number(&p.hub, UPGRADE_SQL_NEW_DEFAULTS), 1);
	assert_same(&p);
	end(&p);
}

/* Absent and default mean the same: a row may be said without the right. */
static void
a_new_row_is_rightful_before_the_hub_has_granted_new_columns(void **state)
{
	struct replica_verify v;
	struct pair p;

	(void)state;
	birth(&p, 26, &old_domain, &new_domain);
	deliver(&p);
	assert_int_equal(edit(&p, &p.school, SCHOOL, UPGRADE_SQL_ADD), STATUS_OK);
	assert_int_equal(edit(&p, &p.school, SCHOOL, UPGRADE_SQL_NEW_CLASS),
	    STATUS_RIGHTS);
	assert_int_equal(edit(&p, &p.school, SCHOOL, UPGRADE_SQL_NEW_ADD), STATUS_RIGHTS);
	deliver(&p);
	assert_int_equal(replica_verify(p.school.r, &v), STATUS_OK);
	assert_true(v.state_equal);
	reopen(&p.hub, &new_domain);
	deliver(&p);
	assert_int_equal(edit(&p, &p.school, SCHOOL, UPGRADE_SQL_NEW_CLASS), STATUS_OK);
	deliver(&p);
	assert_same(&p);
	end(&p);
}

static void
an_older_program_refuses_a_newer_database(void **state)
{
	struct pair p;
	struct replica *r = NULL;

	(void)state;
	birth(&p, 24, &new_domain, &old_domain);
	reopen(&p.school, &new_domain);
	replica_close(p.school.r);
	assert_int_equal(replica_open(p.school.dir, p.school.env, &old_domain, &r),
	    STATUS_NEWER);
	open_node(&p.school, &new_domain);
	end(&p);
}

static void
a_migration_that_fails_half_way_leaves_the_old_state(void **state)
{
	struct pair p;
	struct replica *r = NULL;
	uint8_t before[HASH_BYTES], after[HASH_BYTES];

	(void)state;
	birth(&p, 25, &new_domain, &old_domain);
	deliver(&p);
	live(&p);
	assert_int_equal(replica_digest(p.school.r, SCHOOL, before), STATUS_OK);
	replica_close(p.school.r);
	assert_int_not_equal(replica_open(p.school.dir, p.school.env, &broken_domain, &r),
	    STATUS_OK);
	open_node(&p.school, &old_domain);
	assert_int_equal(replica_digest(p.school.r, SCHOOL, after), STATUS_OK);
	assert_memory_equal(before, after, HASH_BYTES);
	assert_int_equal(number(&p.school, UPGRADE_SQL_EXTRAS), 4);
	assert_int_equal(number(&p.school, UPGRADE_SQL_LEFTOVERS), 0);
	reopen(&p.school, &new_domain);
	deliver(&p);
	assert_same(&p);
	end(&p);
}

/* ---- three nodes: what is new travels through what is old ---- */

/* A second device of the school, which has no way to the hub of its own. */
static void
second(struct pair *p, struct node *n, const struct replica_domain *domain)
{
	struct replica_invite in = { .role = ROLE_SCHOOL, .school = { .id = SCHOOL } };
	struct buffer file = BUFFER_INIT;
	char recovery[RECOVERY_TEXT_BYTES];

	sim_mount(p->world, "between");
	(void)snprintf(n->dir, sizeof(n->dir), "%s/second", p->base);
	assert_int_equal(mkdir(n->dir, 0700), 0);
	n->env = sim_node(p->world, p->state, INT64_C(1788220500));
	assert_int_equal(replica_invite(p->hub.r, &in, &file), STATUS_OK);
	assert_int_equal(replica_init_school(n->dir, n->env, domain, file.data, file.len,
	    recovery), STATUS_OK);
	buffer_release(&file);
	open_node(n, domain);
	/* Its enrolment alone goes to the hub on its own stick. */
	for (unsigned i = 0; i < 3; i++) {
		carry(n, "stick");
		carry(&p->hub, "stick");
		carry(&p->school, "stick");
	}
	carry(n, "stick");
}

/* Writes for one node alone; how many transactions went. */
static uint64_t
send(struct node *from, struct node *to, const char *stick)
{
	struct replica_export out;
	struct replica_import in;

	assert_int_equal(replica_export_to(from->r, stick, &replica_self(to->r)->id, &out),
	    STATUS_OK);
	assert_int_equal(replica_import(to->r, stick, NULL, NULL, &in), STATUS_OK);
	assert_int_equal(in.refused, 0);
	return out.transactions;
}

static void
same_three(struct pair *p, struct node *n)
{
	struct replica_verify v;
	uint8_t a[HASH_BYTES], b[HASH_BYTES];

	assert_same(p);
	for (unsigned i = 0; i < 2; i++) {
		uint64_t scope = i == 0 ? SCHOOL : SCOPE_COUNTY;

		assert_int_equal(replica_digest(p->hub.r, scope, a), STATUS_OK);
		assert_int_equal(replica_digest(n->r, scope, b), STATUS_OK);
		assert_memory_equal(a, b, HASH_BYTES);
	}
	assert_int_equal(replica_verify(n->r, &v), STATUS_OK);
	assert_true(v.state_equal && v.store_sound);
	assert_int_equal(v.bad_segments, 0);
}

/* A year: the second device is new from the beginning, or the hub is; the device in
 * the middle is old, and all that the others write goes through it. */
static void
year(uint64_t seed, bool hub_is_old)
{
	struct node far;
	struct pair p;
	uint64_t up = 0, wrote, had;

	birth(&p, seed, hub_is_old ? &old_domain : &new_domain, &old_domain);
	deliver(&p);
	second(&p, &far, &new_domain);
	assert_int_equal(edit(&p, &far, SCHOOL, UPGRADE_SQL_ADD), STATUS_OK);
	had = written(&far) + written(&p.school);
	(void)send(&far, &p.school, "between");
	(void)send(&p.school, &far, "between");
	for (unsigned i = 0; i < 40; i++) {
		static const char *const what[] = { UPGRADE_SQL_ADD, UPGRADE_SQL_NEW_ADD,
		    UPGRADE_SQL_NEW_CLASS, UPGRADE_SQL_NEW_VISIT, UPGRADE_SQL_SEX };
		uint32_t k = draw(&p, 5);
		int status = edit(&p, &far, SCHOOL, what[k]);

		assert_true(status == STATUS_OK || (k > 0 && k < 4 &&
		    status == STATUS_RIGHTS));
		(void)edit(&p, &p.school, SCHOOL, UPGRADE_SQL_RENAME);
		if (i % 5 != 4)
			continue;
		hub_step(&p);
		(void)send(&far, &p.school, "between");
		up += send(&p.school, &p.hub, "stick");
		(void)send(&p.hub, &p.school, "stick");
		(void)send(&p.school, &far, "between");
	}
	wrote = written(&far) + written(&p.school);
	/* The hub got every transaction of both devices once, through the old one. */
	assert_true(up >= wrote - had && up <= wrote);
	/* The others become new, one after the other; that writes and sends nothing. */
	reopen(hub_is_old ? &p.hub : &p.school, &new_domain);
	reopen(hub_is_old ? &p.school : &p.hub, &new_domain);
	assert_int_equal(written(&far) + written(&p.school), wrote);
	(void)send(&p.hub, &p.school, "stick");
	(void)send(&p.school, &far, "between");
	(void)send(&far, &p.school, "between");
	assert_int_equal(send(&p.school, &p.hub, "stick"), 0);
	assert_int_equal(send(&p.hub, &p.school, "stick"), 0);
	assert_int_equal(send(&p.school, &far, "between"), 0);
	assert_int_equal(send(&far, &p.school, "between"), 0);
	same_three(&p, &far);
	/* And with rights to what is new everywhere. */
	assert_int_equal(edit(&p, &far, SCHOOL, UPGRADE_SQL_NEW_ADD), STATUS_OK);
	assert_int_equal(send(&far, &p.school, "between"), 1);
	assert_int_equal(send(&p.school, &p.hub, "stick"), 1);
	same_three(&p, &far);
	replica_close(far.r);
	end(&p);
}

static void
a_newer_device_reaches_the_hub_through_an_older_one_and_nothing_goes_twice(void **state)
{
	(void)state;
	year(31, true);
	year(32, false);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_school_upgraded_later_than_its_hub_has_the_same_state),
		cmocka_unit_test(a_hub_upgraded_later_than_a_school_has_the_same_state),
		cmocka_unit_test(what_a_newer_schema_wrote_waits_until_the_upgrade),
		cmocka_unit_test(
		    a_newer_device_reaches_the_hub_through_an_older_one_and_nothing_goes_twice),
		cmocka_unit_test(a_row_gains_the_defaults_with_the_version_of_its_birth),
		cmocka_unit_test(what_was_logged_before_the_upgrade_is_sealed_after_it),
		cmocka_unit_test(a_new_row_is_rightful_before_the_hub_has_granted_new_columns),
		cmocka_unit_test(an_older_program_refuses_a_newer_database),
		cmocka_unit_test(a_migration_that_fails_half_way_leaves_the_old_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
