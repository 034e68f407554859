/* What the tests of a node's life share: a hub and schools of which each has any
 * number of devices, on machines in memory, databases included. */
#ifndef TESTS_LIFE_WORLD_H
#define TESTS_LIFE_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gen/county_sql.h"
#include "gen/domain_entries.h"
#include "gen/schema_registry.h"
#include "sync/replica.h"
#include "sync/replica_internal.h"
#include "tests/sim/sim_env.h"

#define LIFE_SCHOOL UINT64_C(2141018501)
#define LIFE_START INT64_C(1788220800)
#define LIFE_NODES 8
#define LIFE_PASSPHRASE "correct horse battery"

static const struct replica_domain life_domain = {
	.registry = &schema_registry, .migrations = domain_migrations,
};

struct life_node {
	const struct env *env;
	struct replica *r;
	char dir[160];
	char recovery[RECOVERY_TEXT_BYTES];
};

struct life {
	struct sim_world *sim;
	char root[2][192];
	struct life_node node[LIFE_NODES]; /* 0 is the hub */
	unsigned n;
};

static struct life_node *
life_place(struct life *w, const char *name)
{
	struct life_node *n = &w->node[w->n++];

	assert_true(w->n <= LIFE_NODES);
	(void)snprintf(n->dir, sizeof(n->dir), "%s%u", name, w->n);
	sim_mount(w->sim, n->dir);
	n->env = sim_node(w->sim, 100 + w->n, LIFE_START + 60 * (int64_t)w->n);
	return n;
}

static void
life_open(struct life_node *n)
{
	assert_int_equal(replica_open(n->dir, n->env, &life_domain, &n->r), STATUS_OK);
}

static inline void
life_reopen(struct life_node *n)
{
	replica_close(n->r);
	n->r = NULL;
	life_open(n);
}

/* A school's first device. */
static inline struct life_node *
life_school(struct life *w, uint64_t id)
{
	struct replica_invite in = { .role = ROLE_SCHOOL, .school = { .id = id,
	    .name = "冶上教学点", .class_code = 220, .kind = 1 } };
	struct buffer file = BUFFER_INIT;
	struct life_node *n = life_place(w, "school");

	assert_int_equal(replica_invite(w->node[0].r, &in, &file), STATUS_OK);
	assert_int_equal(replica_init_school(n->dir, n->env, &life_domain, file.data,
	    file.len, n->recovery), STATUS_OK);
	buffer_release(&file);
	life_open(n);
	return n;
}

static int
life_begin(void **state)
{
	struct life *w = calloc(1, sizeof(*w));
	struct replica_hub_options o = { .county = 410185, .name = "登封市",
	    .passphrase = LIFE_PASSPHRASE };
	struct life_node *hub;

	assert_non_null(w);
	w->sim = sim_world_new(7);
	(void)sim_databases(w->sim);
	sim_mount(w->sim, "stick");
	sim_mount(w->sim, "other");
	hub = life_place(w, "hub");
	for (unsigned i = 0; i < 2; i++) {
		(void)snprintf(w->root[i], sizeof(w->root[i]), "%s/keys/root%u", hub->dir, i);
		o.root_copies[i] = w->root[i];
	}
	assert_int_equal(replica_init_hub(hub->dir, hub->env, &life_domain, &o),
	    STATUS_OK);
	life_open(hub);
	*state = w;
	return 0;
}

static int
life_end(void **state)
{
	struct life *w = *state;

	for (unsigned i = 0; i < w->n; i++)
		replica_close(w->node[i].r);
	sim_world_free(w->sim);
	free(w);
	return 0;
}

static inline int64_t
life_count(const struct life_node *n, const char *sql, uint64_t scope)
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

static inline void
life_tick(const struct life_node *n)
{
	sim_set_clock(n->env, n->env->now_s(n->env->ctx) + 60);
}

/* One local transaction on a pupil; nth counts the school's pupils. */
static inline void
life_edit(const struct life_node *n, const char *sql, const char *name, int64_t nth)
{
	struct store_stmt *st;
	uint64_t seq;
	bool row;

	life_tick(n);
	assert_int_equal(replica_begin(n->r, LIFE_SCHOOL, LANE_ORDINARY, 7), STATUS_OK);
	assert_int_equal(store_prepare(replica_store(n->r), sql, &st, NULL), STATUS_OK);
	assert_int_equal(store_bind(st, "school", value_int((int64_t)LIFE_SCHOOL)),
	    STATUS_OK);
	assert_int_equal(store_bind(st, "name", value_text(name, strlen(name))),
	    STATUS_OK);
	assert_int_equal(store_bind(st, "address", value_text(name, strlen(name))),
	    STATUS_OK);
	assert_int_equal(store_bind(st, "sex", value_int(1)), STATUS_OK);
	assert_int_equal(store_bind(st, "nth", value_int(nth)), STATUS_OK);
	assert_int_equal(store_step(st, &row), STATUS_OK);
	store_reset(st);
	assert_int_equal(store_commit(replica_store(n->r), &seq), STATUS_OK);
	assert_true(seq > 0);
}

static inline void
life_add(const struct life_node *n, const char *name)
{
	life_edit(n, COUNTY_SQL_PUPIL_ADD, name, 0);
}

static inline int64_t
life_pupils(const struct life_node *n)
{
	return life_count(n, COUNTY_SQL_PUPIL_COUNT, LIFE_SCHOOL);
}

/* Takes in what lies on a stick and answers there. */
static inline struct replica_import
life_visit(struct life *w, const struct life_node *n, const char *stick)
{
	struct replica_import in = {0};
	struct replica_export out;
	int status;

	life_tick(n);
	status = replica_import(n->r, stick, NULL, NULL, &in);
	assert_true(status == STATUS_OK || status == STATUS_NOT_FOUND);
	assert_int_equal(replica_export(n->r, stick, n == &w->node[0], &out), STATUS_OK);
	return in;
}

/* School, hub, school. */
static inline void
life_round(struct life *w, const struct life_node *n)
{
	(void)life_visit(w, n, "stick");
	(void)life_visit(w, &w->node[0], "stick");
	(void)life_visit(w, n, "stick");
}

static inline void
life_same(const struct life_node *a, const struct life_node *b)
{
	uint8_t x[HASH_BYTES], y[HASH_BYTES];

	assert_int_equal(replica_digest(a->r, LIFE_SCHOOL, x), STATUS_OK);
	assert_int_equal(replica_digest(b->r, LIFE_SCHOOL, y), STATUS_OK);
	assert_memory_equal(x, y, HASH_BYTES);
}

static inline void
life_sound(const struct life_node *n)
{
	struct replica_verify v;

	assert_int_equal(replica_verify(n->r, &v), STATUS_OK);
	assert_int_equal(v.bad_segments, 0);
	assert_true(v.state_equal);
	assert_int_equal(v.private_compared, replica_role(n->r) == ROLE_SCHOOL);
	assert_int_equal(v.books, 0);
	assert_true(v.store_sound);
}

/* As a whole disk image is copied, or put back: the copy's own marks say nothing. */
static inline void
life_image(struct life *w, struct life_node *from, struct life_node *to)
{
	char key[192], path[192];
	struct env_place place;
	uint8_t sidecar[4096];
	const uint8_t *was;
	size_t len;

	sim_erase(w->sim, to->dir);
	sim_copy(w->sim, from->dir, to->dir);
	(void)snprintf(key, sizeof(key), "%s/keys/node.key", to->dir);
	(void)snprintf(path, sizeof(path), "%s/sidecar", to->dir);
	assert_int_equal(to->env->place(to->env->ctx, key, &place), STATUS_OK);
	was = sim_peek(w->sim, path, &len);
	assert_true(was != NULL && len > 28 && len < sizeof(sidecar));
	memcpy(sidecar, was, len);
	for (unsigned i = 0; i < 8; i++)
		sidecar[4 + i] = (uint8_t)(place.inode >> (8 * i));
	memcpy(sidecar + 12, place.machine, sizeof(place.machine));
	sim_poke(w->sim, path, sidecar, len);
}

/* A copy that takes itself for the first: both have one epoch. */
static inline struct life_node *
life_twin(struct life *w, struct life_node *a)
{
	struct life_node *b = life_place(w, "twin");
	uint64_t epoch = a->r->epoch;

	replica_close(a->r);
	life_image(w, a, b);
	life_open(a);
	life_open(b);
	assert_true(a->r->epoch == epoch && b->r->epoch == epoch);
	return b;
}

static inline uint64_t
life_held(const struct life_node *n)
{
	uint64_t held;

	assert_int_equal(store_held_count(replica_store(n->r), &held), STATUS_OK);
	return held;
}

#endif
