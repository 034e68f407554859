/* What becomes of a verdict: rows made anew, and a hub that was revoked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gen/tiny_registry.h"
#include "gen/tiny_sql.h"
#include "sync/merge.h"
#include "tests/vectors/trust.h"

#define SCHOOL UINT64_C(2141018501)
#define NOW INT64_C(1788240000) /* 2026-09-01 */

struct world {
	struct identity school, hub;
	struct roster_cert certs[2];
	struct roster_revocation revoked;
	struct roster roster;
	struct keyring keys;
	struct store *store;
	struct merge merge;
	struct stream_id stream;
};

static void
no_random(void *ctx, uint8_t *buf, size_t len)
{
	(void)ctx;
	memset(buf, 7, len);
}

static const struct env test_env = { .random = no_random };

/* A segment of two transactions: a mark of child 1, a mark of child 2. */
static struct merge_result
post(struct world *w, uint64_t roster)
{
	struct value v[5] = { value_int((int64_t)SCHOOL), value_int(0), value_int(1),
	    value_null(), value_null() };
	const struct registry_table *t =
	    &tiny_registry.tables[registry_find_name(&tiny_registry, "mark")];
	struct segment_header h = { .stream = w->stream, .first = 1, .count = 2,
	    .roster = roster };
	struct batch_row row = { .op = BATCH_WHOLE, .length = 1,
	    .stamp = (uint64_t)(NOW - STAMP_EPOCH_S) << STAMP_COUNTER_BITS,
	    .mask = registry_value_mask(t) };
	static const uint8_t prev[HASH_BYTES];
	struct buffer packed = BUFFER_INIT;
	struct merge_result m = {0};
	uint8_t hash[HASH_BYTES];
	struct batch b;

	batch_init(&b);
	for (int child = 1; child <= 2; child++) {
		assert_int_equal(batch_add_tx(&b, NOW, 0), STATUS_OK);
		v[1] = value_int(child);
		assert_int_equal(batch_add_row(&b, t, &row, v, true), STATUS_OK);
	}
	assert_int_equal(segment_build(&tiny_registry, TRUST_COUNTY, &h, prev, &b, NULL,
	    &w->school, &test_env, &packed, hash), STATUS_OK);
	assert_int_equal(store_begin_merge(w->store), STATUS_OK);
	assert_int_equal(merge_segment(&w->merge, packed.data, packed.len, &m),
	    STATUS_OK);
	assert_int_equal(store_commit_merge(w->store), STATUS_OK);
	batch_release(&b);
	buffer_release(&packed);
	return m;
}

static void
retry(struct world *w)
{
	struct merge_result m = {0};

	assert_int_equal(store_begin_merge(w->store), STATUS_OK);
	assert_int_equal(merge_retry(&w->merge, &m), STATUS_OK);
	assert_int_equal(store_commit_merge(w->store), STATUS_OK);
}

static void
begin(struct world *w)
{
	struct store_options o = { .registry = &tiny_registry, .create = true };

	memset(w, 0, sizeof(*w));
	trust_node("verdict", 1, &w->school);
	trust_node("verdict", 2, &w->hub);
	w->certs[0] = (struct roster_cert){ .node = w->school.pub, .role = ROLE_SCHOOL,
	    .scope = SCHOOL, .since = 1 };
	w->certs[1] = (struct roster_cert){ .node = w->hub.pub, .role = ROLE_HUB,
	    .since = 1 };
	if (node_id_compare(&w->hub.pub.id, &w->school.pub.id) < 0) {
		struct roster_cert c = w->certs[0];

		w->certs[0] = w->certs[1];
		w->certs[1] = c;
	}
	w->roster = (struct roster){ .county = TRUST_COUNTY, .certs = w->certs,
	    .ncerts = 2 };
	assert_int_equal(roster_default_rights(&w->roster, &tiny_registry), STATUS_OK);
	w->roster.number = 1;
	w->stream = (struct stream_id){ .node = w->school.pub.id, .epoch = 5,
	    .scope = SCHOOL };
	assert_int_equal(store_open(":memory:", &o, &w->store), STATUS_OK);
	w->merge = (struct merge){ .store = w->store, .registry = &tiny_registry,
	    .roster = &w->roster, .keys = &w->keys, .scope = SCHOOL };
}

static void
end(struct world *w)
{
	store_close(w->store);
	free(w->roster.rights);
}

static bool
is_there(struct world *w, int64_t child)
{
	struct store_stmt *st;
	bool row;

	assert_int_equal(store_prepare(w->store, TINY_SQL_STATE, &st, NULL), STATUS_OK);
	assert_int_equal(store_bind(st, "school", value_int((int64_t)SCHOOL)), STATUS_OK);
	assert_int_equal(store_bind(st, "child", value_int(child)), STATUS_OK);
	assert_int_equal(store_step(st, &row), STATUS_OK);
	store_reset(st);
	return row;
}

static int
say(struct world *w, const struct stream_id *stream, uint64_t seq, uint32_t row)
{
	struct verdict v = { .county = TRUST_COUNTY, .by = w->hub.pub.id,
	    .stream = *stream, .seq = seq, .row = row, .reason = VERDICT_RIGHTS,
	    .time_s = NOW };
	struct buffer b = BUFFER_INIT;
	int status;

	assert_int_equal(verdict_build(&v, &w->hub, &b), STATUS_OK);
	assert_int_equal(store_begin_merge(w->store), STATUS_OK);
	status = merge_verdict(&w->merge, &v, b.data, b.len);
	assert_int_equal(store_commit_merge(w->store), STATUS_OK);
	buffer_release(&b);
	return status;
}

static uint64_t
kept(struct world *w)
{
	char space[MERGE_SPACE_BYTES];
	uint64_t n;

	merge_verdict_space(SCHOOL, space);
	assert_int_equal(store_meta_count(w->store, space, &n), STATUS_OK);
	return n;
}

static void
a_verdict_takes_out_its_row_alone(void **state)
{
	struct stream_id other;
	struct world w;

	(void)state;
	begin(&w);
	assert_int_equal(post(&w, 1).segments, 1);
	other = w.stream;
	other.epoch++;
	/* Of another stream with the same numbers: nothing here. */
	assert_int_equal(say(&w, &other, 2, VERDICT_ALL_ROWS), STATUS_OK);
	assert_true(is_there(&w, 1) && is_there(&w, 2));
	assert_int_equal(say(&w, &w.stream, 1, VERDICT_ALL_ROWS), STATUS_OK);
	assert_true(!is_there(&w, 1) && is_there(&w, 2));
	assert_int_equal(say(&w, &w.stream, 1, VERDICT_ALL_ROWS), STATUS_OK);
	assert_int_equal(kept(&w), 2);
	end(&w);
}

static void
verdicts_of_a_revoked_hub_fall_with_it(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	assert_int_equal(post(&w, 1).segments, 1);
	assert_int_equal(say(&w, &w.stream, 1, VERDICT_ALL_ROWS), STATUS_OK);
	assert_false(is_there(&w, 1));
	w.revoked = (struct roster_revocation){ .node = w.hub.pub.id };
	w.roster.revocations = &w.revoked;
	w.roster.nrevocations = 1;
	retry(&w);
	assert_true(is_there(&w, 1) && is_there(&w, 2));
	assert_int_equal(kept(&w), 0);
	end(&w);
}

static void
a_scope_keeps_so_many_and_no_more(void **state)
{
	struct world w;
	struct verdict v;

	(void)state;
	begin(&w);
	v = (struct verdict){ .county = TRUST_COUNTY, .by = w.hub.pub.id,
	    .stream = w.stream, .seq = 1, .reason = VERDICT_RIGHTS, .time_s = NOW };
	assert_int_equal(store_begin_merge(w.store), STATUS_OK);
	for (v.row = 0; v.row < MERGE_MAX_SCOPE_VERDICTS; v.row++)
		assert_int_equal(merge_verdict_keep(&w.merge, &v, (const uint8_t *)"v",
		    1), STATUS_OK);
	assert_int_equal(merge_verdict_keep(&w.merge, &v, (const uint8_t *)"v", 1),
	    STATUS_TOO_LARGE);
	v.row--;
	assert_int_equal(merge_verdict_keep(&w.merge, &v, (const uint8_t *)"v", 1),
	    STATUS_EXISTS);
	assert_int_equal(store_commit_merge(w.store), STATUS_OK);
	assert_int_equal(kept(&w), MERGE_MAX_SCOPE_VERDICTS);
	end(&w);
}

/* ---- the roster that a segment names ---- */

static uint64_t
held(struct world *w)
{
	uint64_t n;

	assert_int_equal(store_held_count(w->store, &n), STATUS_OK);
	return n;
}

static void
a_segment_waits_for_the_roster_that_it_names(void **state)
{
	struct merge_result m;
	struct world w;

	(void)state;
	begin(&w);
	m = post(&w, 2);
	assert_true(m.segments == 0 && m.held == 1 && m.status == STATUS_UNCERTIFIED);
	retry(&w);
	assert_int_equal(held(&w), 1);
	w.roster.number = 2;
	retry(&w);
	assert_int_equal(held(&w), 0);
	assert_true(is_there(&w, 1) && is_there(&w, 2));
	end(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_verdict_takes_out_its_row_alone),
		cmocka_unit_test(verdicts_of_a_revoked_hub_fall_with_it),
		cmocka_unit_test(a_scope_keeps_so_many_and_no_more),
		cmocka_unit_test(a_segment_waits_for_the_roster_that_it_names),
	};

	return cmocka_run_group_tests_name("merge_verdict", tests, NULL, NULL);
}
