/* A county in one process from one seed: a hub, three schools, sticks that are
 * lost, copied and damaged, clocks that disagree by years.  The real engine
 * and schema; files, time and randomness simulated, databases in a temporary
 * folder.  At the end everything is delivered and all replicas must agree. */
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

#include "gen/county_sql.h"
#include "gen/domain_entries.h"
#include "gen/schema_registry.h"
#include "sync/replica.h"
#include "tests/sim/sim_env.h"

#define SCHOOLS 3
#define STICKS 3
#define STEPS 60
#define FIRST_SCHOOL UINT64_C(2141018501)

struct node {
	const struct env *env;
	struct replica *r;
	char dir[128];
	uint64_t scope;
	int64_t clock_s;
	uint64_t written;      /* acknowledged local transactions */
	bool saved;            /* a copy of the database lies beside it */
	bool restored;         /* was put back: its own count is no longer known */
};

struct county {
	struct sim_world *world;
	uint64_t seed, state;
	char base[64];
	struct node hub, school[SCHOOLS];
	char stick[STICKS][96];
	bool restored;         /* some node was put back */
};

static const struct replica_domain domain = {
	.registry = &schema_registry, .migrations = domain_migrations,
};

static uint32_t
draw(struct county *c, uint32_t below)
{
	c->state = c->state * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (uint32_t)((c->state >> 33) % below);
}

static void
open_node(struct node *n)
{
	assert_int_equal(replica_open(n->dir, n->env, &domain, &n->r), STATUS_OK);
}

static void
node_dir(struct county *c, struct node *n, const char *name)
{
	(void)snprintf(n->dir, sizeof(n->dir), "%s/%s", c->base, name);
	assert_int_equal(mkdir(n->dir, 0700), 0);
}

static void
birth(struct county *c, uint64_t seed)
{
	static const int64_t clocks[SCHOOLS] = { 0, -86400 * 365 * 4, 86400 * 365 * 20 };
	const int64_t start = INT64_C(1788220800);
	struct replica_hub_options o = { .county = 410185, .name = "登封市",
	    .passphrase = "correct horse battery" };
	char root[2][160];

	memset(c, 0, sizeof(*c));
	c->seed = c->state = seed;
	(void)snprintf(c->base, sizeof(c->base), "%s/kehou-county-XXXXXX",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	assert_non_null(mkdtemp(c->base));
	c->world = sim_world_new(seed);
	for (unsigned i = 0; i < STICKS; i++) {
		(void)snprintf(c->stick[i], sizeof(c->stick[i]), "stick%u", i);
		sim_mount(c->world, c->stick[i]);
	}
	sim_mount(c->world, c->base);
	node_dir(c, &c->hub, "hub");
	c->hub.env = sim_node(c->world, seed * 100, start);
	for (unsigned i = 0; i < 2; i++) {
		(void)snprintf(root[i], sizeof(root[i]), "%s/keys/root%u", c->hub.dir, i);
		o.root_copies[i] = root[i];
	}
	assert_int_equal(replica_init_hub(c->hub.dir, c->hub.env, &domain, &o), STATUS_OK);
	open_node(&c->hub);
	for (unsigned i = 0; i < SCHOOLS; i++) {
		struct node *n = &c->school[i];
		struct replica_invite in = { .role = ROLE_SCHOOL, .school = {
		    .id = FIRST_SCHOOL + i, .name = "冶上教学点", .class_code = 220,
		    .kind = 1 } };
		struct buffer file = BUFFER_INIT;
		char recovery[RECOVERY_TEXT_BYTES], name[16];

		assert_int_equal(replica_invite(c->hub.r, &in, &file), STATUS_OK);
		(void)snprintf(name, sizeof(name), "school%u", i);
		node_dir(c, n, name);
		n->env = sim_node(c->world, seed * 100 + 1 + i, start + clocks[i]);
		n->scope = in.school.id;
		assert_int_equal(replica_init_school(n->dir, n->env, &domain, file.data,
		    file.len, recovery), STATUS_OK);
		buffer_release(&file);
		n->written = 1; /* the wrapped keys */
		open_node(n);
	}
}

static void
remove_tree(const char *base)
{
	char command[160];

	(void)snprintf(command, sizeof(command), "rm -rf '%s'", base);
	assert_int_equal(system(command), 0);
}

static void
end(struct county *c)
{
	replica_close(c->hub.r);
	for (unsigned i = 0; i < SCHOOLS; i++)
		replica_close(c->school[i].r);
	sim_world_free(c->world);
	remove_tree(c->base);
}

static int64_t
count_rows(struct node *n, const char *sql, uint64_t scope)
{
	struct store_stmt *st;
	int64_t count;
	bool row;

	assert_int_equal(store_prepare(replica_store(n->r), sql, &st, NULL), STATUS_OK);
	assert_int_equal(store_bind(st, "school", value_int((int64_t)scope)), STATUS_OK);
	assert_int_equal(store_step(st, &row), STATUS_OK);
	count = store_column(st, 0).i;
	store_reset(st);
	return count;
}

/* One local transaction; true when it changed something. */
static bool
edit(struct county *c, struct node *n, uint64_t scope, const char *sql)
{
	struct store_stmt *st;
	char name[32], address[32];
	int64_t pupils = count_rows(n, COUNTY_SQL_PUPIL_COUNT, scope);
	uint64_t seq;
	bool row;

	(void)snprintf(name, sizeof(name), "甲%u", draw(c, 1000));
	(void)snprintf(address, sizeof(address), "%u组", draw(c, 1000));
	assert_int_equal(replica_begin(n->r, scope, LANE_ORDINARY, 7), STATUS_OK);
	assert_int_equal(store_prepare(replica_store(n->r), sql, &st, NULL), STATUS_OK);
	assert_int_equal(store_bind(st, "school", value_int((int64_t)scope)), STATUS_OK);
	assert_int_equal(store_bind(st, "name", value_text(name, strlen(name))), STATUS_OK);
	assert_int_equal(store_bind(st, "address", value_text(address, strlen(address))),
	    STATUS_OK);
	assert_int_equal(store_bind(st, "sex", value_int(draw(c, 3))), STATUS_OK);
	assert_int_equal(store_bind(st, "nth", value_int(pupils == 0 ? 0 :
	    draw(c, (uint32_t)pupils))), STATUS_OK);
	assert_int_equal(store_step(st, &row), STATUS_OK);
	store_reset(st);
	assert_int_equal(store_commit(replica_store(n->r), &seq), STATUS_OK);
	n->written += seq > 0;
	return seq > 0;
}

static void
tick(struct county *c, struct node *n)
{
	(void)c;
	sim_set_clock(n->env, n->env->now_s(n->env->ctx) + 1 + draw(c, 3600));
}

static void
school_step(struct county *c, struct node *n)
{
	static const char *const what[] = { COUNTY_SQL_PUPIL_ADD, COUNTY_SQL_PUPIL_ADD,
	    COUNTY_SQL_PUPIL_RENAME, COUNTY_SQL_PUPIL_SEX, COUNTY_SQL_PUPIL_REMOVE };

	tick(c, n);
	(void)edit(c, n, n->scope, what[draw(c, 5)]);
}

static void
hub_step(struct county *c)
{
	uint64_t scope = FIRST_SCHOOL + draw(c, SCHOOLS);

	tick(c, &c->hub);
	if (count_rows(&c->hub, COUNTY_SQL_PUPIL_COUNT, scope) > 0)
		(void)edit(c, &c->hub, scope, draw(c, 2) == 0 ?
		    COUNTY_SQL_PUPIL_RENAME : COUNTY_SQL_PUPIL_SEX);
}

static void
tell(void *ctx, const struct replica_file *f)
{
	(void)ctx;
	if (f->status != STATUS_OK)
		print_message("# %s: %s, %u held\n", f->name, status_name(f->status),
		    f->held);
}

static void
carry(struct county *c, struct node *n, const char *stick)
{
	struct replica_import in;
	struct replica_export out;
	int status = replica_import(n->r, stick, tell, NULL, &in);

	assert_true(status == STATUS_OK || status == STATUS_NOT_FOUND);
	/* Only who was put back can lack what the sender knows it to have. */
	if (status == STATUS_OK && !c->restored)
		assert_int_equal(in.held, 0);
	assert_int_equal(replica_export(n->r, stick, n == &c->hub, &out), STATUS_OK);
}

/* A copy of the database, or the database put back from it, while the rest of
 * the directory (keys, sidecar) stays as it is. */
static void
copy_database(struct county *c, struct node *n, bool back)
{
	char command[512];

	if (back && !n->saved)
		return;
	/* What left is at the hub or on sticks; what did not leave is lost with
	 * the database, and that is no fault of the exchange.  So let it leave. */
	if (back)
		carry(c, n, c->stick[0]);
	replica_close(n->r);
	n->r = NULL;
	(void)snprintf(command, sizeof(command), back ?
	    "rm -f '%s/kehou.db-wal' && cp '%s/saved' '%s/kehou.db'" :
	    "cp '%s/kehou.db' '%s/saved' && test ! -e '%s/kehou.db-wal'",
	    n->dir, n->dir, n->dir);
	assert_int_equal(system(command), 0);
	tick(c, n); /* nobody does this within the same second twice */
	n->saved = true;
	n->restored |= back;
	c->restored |= back;
	open_node(n);
}

/* Says nothing that is not so: what is confirmed is at the hub. */
static void
check_facts(struct county *c)
{
	for (unsigned i = 0; i < SCHOOLS; i++) {
		struct node *n = &c->school[i];
		struct replica_status s;
		struct vector at_hub = {0};
		uint64_t merged = 0;

		assert_int_equal(replica_status(n->r, &s), STATUS_OK);
		if (!n->restored)
			assert_int_equal(s.transactions, n->written);
		assert_int_equal(store_vector(replica_store(c->hub.r), n->scope, true,
		    &at_hub), STATUS_OK);
		for (size_t k = 0; k < at_hub.n; k++)
			if (node_id_compare(&at_hub.entries[k].stream.node,
			    &replica_self(n->r)->id) == 0)
				merged += at_hub.entries[k].through;
		assert_true(s.transactions - s.waiting <= merged);
		vector_release(&at_hub);
	}
}

static void
same_everywhere(struct county *c)
{
	for (unsigned i = 0; i < SCHOOLS; i++) {
		struct node *n = &c->school[i];
		struct replica_verify v;
		struct replica_status s;
		uint8_t a[HASH_BYTES], b[HASH_BYTES];

		assert_int_equal(replica_digest(n->r, n->scope, a), STATUS_OK);
		assert_int_equal(replica_digest(c->hub.r, n->scope, b), STATUS_OK);
		assert_memory_equal(a, b, HASH_BYTES);
		assert_int_equal(replica_verify(n->r, &v), STATUS_OK);
		assert_true(v.state_equal && v.store_sound);
		assert_int_equal(v.bad_segments, 0);
		assert_int_equal(replica_status(n->r, &s), STATUS_OK);
		assert_int_equal(s.waiting, 0);
		assert_int_equal(s.held, 0);
		assert_true(s.certified);
		/* The hub cannot read what is the school's alone. */
		assert_int_equal(count_rows(&c->hub, COUNTY_SQL_ADDRESS_COUNT,
		    n->scope), 0);
		assert_int_equal(count_rows(n, COUNTY_SQL_PUPIL_COUNT, 0),
		    count_rows(&c->hub, COUNTY_SQL_PUPIL_COUNT, n->scope));
	}
}

/* Takes the stick round until everything is confirmed. */
static void
deliver(struct county *c)
{
	for (unsigned round = 0; round < 3; round++) {
		for (unsigned i = 0; i < SCHOOLS; i++)
			carry(c, &c->school[i], c->stick[0]);
		carry(c, &c->hub, c->stick[0]);
	}
	for (unsigned i = 0; i < SCHOOLS; i++)
		carry(c, &c->school[i], c->stick[0]);
}

static void
lose_stick(struct county *c, const char *stick)
{
	char path[128];
	(void)snprintf(path, sizeof(path), "%s/%s", stick, FOLDER_NAME);
	{
		struct folder_entry *list = NULL;
		size_t n = 0, ignored;

		if (folder_list(c->hub.env, stick, &list, &n, &ignored) == STATUS_OK)
			for (size_t i = 0; i < n; i++)
				assert_int_equal(folder_remove(c->hub.env, stick,
				    list[i].name), STATUS_OK);
		free(list);
	}
}

static void
run(uint64_t seed)
{
	struct county c;

	print_message("# seed %llu\n", (unsigned long long)seed);
	birth(&c, seed);
	for (unsigned step = 0; step < STEPS; step++) {
		uint32_t what = draw(&c, 12);
		const char *stick = c.stick[draw(&c, STICKS)];

		if (what < 5)
			school_step(&c, &c.school[draw(&c, SCHOOLS)]);
		else if (what == 5)
			hub_step(&c);
		else if (what == 6)
			carry(&c, &c.hub, stick);
		else if (what < 9)
			carry(&c, &c.school[draw(&c, SCHOOLS)], stick);
		else if (what == 9)
			lose_stick(&c, stick);
		else
			copy_database(&c, &c.school[draw(&c, SCHOOLS)], what == 10);
		check_facts(&c);
	}
	deliver(&c);
	check_facts(&c);
	same_everywhere(&c);
	end(&c);
}

static void
test_all_replicas_agree_whatever_happened_to_the_sticks(void **state)
{
	const char *one = getenv("KEHOU_SEED");
	uint64_t seeds = getenv("KEHOU_SEEDS") != NULL ?
	    strtoull(getenv("KEHOU_SEEDS"), NULL, 10) : 8;

	(void)state;
	if (one != NULL) {
		run(strtoull(one, NULL, 10));
		return;
	}
	for (uint64_t seed = 1; seed <= seeds; seed++)
		run(seed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_replicas_agree_whatever_happened_to_the_sticks),
	};

	return cmocka_run_group_tests_name("county", tests, NULL, NULL);
}
