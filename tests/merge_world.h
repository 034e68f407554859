/* What the tests of merging share: writers with stores of their own, and what
 * travels between them. */
#ifndef TESTS_MERGE_WORLD_H
#define TESTS_MERGE_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "gen/tiny_registry.h"
#include "gen/tiny_sql.h"
#include "sync/merge.h"
#include "tests/vectors/trust.h"

#define SCHOOL UINT64_C(2141018501)
#define NOW INT64_C(1788240000) /* 2026-09-01 */
#define MAX_SEGMENTS 256

static uint64_t seed;

static inline uint32_t
draw(uint32_t below)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(seed >> 33) % below;
}

static inline void
test_random(void *ctx, uint8_t *buf, size_t len)
{
	(void)ctx;
	for (size_t i = 0; i < len; i++)
		buf[i] = (uint8_t)draw(256);
}

static const struct env test_env = { .random = test_random };

struct node {
	struct identity id;
	struct store *store;
	struct stream_id stream;
	struct merge merge;
	struct keyring keys;
	uint64_t rights[16];
	int64_t clock_s;
};

/* What travels: packed segments of all writers. */
struct post {
	struct buffer packed[MAX_SEGMENTS];
	unsigned n;
};

/* A roster of the given nodes; those without a certificate come later. */
static inline void
make_roster(struct roster *r, const struct node *nodes, unsigned n, unsigned hub)
{
	memset(r, 0, sizeof(*r));
	r->county = TRUST_COUNTY;
	r->certs = calloc(n, sizeof(*r->certs));
	assert_non_null(r->certs);
	for (unsigned i = 0; i < n; i++) {
		struct roster_cert c = { .node = nodes[i].id.pub,
		    .role = i == hub ? ROLE_HUB : ROLE_SCHOOL,
		    .scope = i == hub ? 0 : SCHOOL, .since = 1 };
		size_t at = r->ncerts++;

		for (; at > 0 && node_id_compare(&r->certs[at - 1].node.id,
		    &c.node.id) > 0; at--)
			r->certs[at] = r->certs[at - 1];
		r->certs[at] = c;
	}
	assert_int_equal(roster_default_rights(r, &tiny_registry), STATUS_OK);
	r->number = 1;
}

static inline void
node_open(struct node *n, unsigned number, const struct roster *r)
{
	struct store_options o = { .registry = &tiny_registry, .create = true };

	memset(n, 0, sizeof(*n));
	trust_node("merge", number, &n->id);
	n->clock_s = NOW;
	n->stream = (struct stream_id){ .node = n->id.pub.id, .epoch = 100 + number,
	    .scope = SCHOOL };
	assert_int_equal(store_open(":memory:", &o, &n->store), STATUS_OK);
	n->keys.n = 1;
	n->keys.keys[0] = (struct school_key){ .generation = 1, .key = {9} };
	n->merge = (struct merge){ .store = n->store, .registry = &tiny_registry,
	    .roster = r, .keys = &n->keys, .scope = SCHOOL };
}

static inline void
write_one(struct node *n, const char *sql, int64_t child, int64_t state)
{
	struct store_author a = { .node = n->stream.node, .epoch = n->stream.epoch,
	    .scope = n->stream.scope, .lane = n->stream.lane, .staff = 9,
	    .time_s = n->clock_s };
	struct store_stmt *st;
	uint64_t seq;
	bool row;
	int status;

	assert_int_equal(store_begin(n->store, &a), STATUS_OK);
	assert_int_equal(store_prepare(n->store, sql, &st, NULL), STATUS_OK);
	assert_int_equal(store_bind(st, "school", value_int((int64_t)SCHOOL)), STATUS_OK);
	assert_int_equal(store_bind(st, "child", value_int(child)), STATUS_OK);
	assert_int_equal(store_bind(st, "state", value_int(state)), STATUS_OK);
	assert_int_equal(store_step(st, &row), STATUS_OK);
	store_reset(st);
	status = store_commit(n->store, &seq);
	/* Nothing but words about somebody erased: nothing is there. */
	if (status == STATUS_REFUSED)
		assert_string_equal(store_refusal(n->store), "R18.erased");
	else
		assert_int_equal(status, STATUS_OK);
}

static inline void
knowledge(struct node *n, uint32_t writer, struct vector *ret)
{
	struct vector all = {0};

	assert_int_equal(store_vector(n->store, SCHOOL, false, &all), STATUS_OK);
	for (size_t i = 0; i < all.n; i++) {
		uint64_t said;
		uint32_t of;

		if (stream_id_compare(&all.entries[i].stream, &n->stream) == 0)
			continue;
		assert_int_equal(store_stream(n->store, &all.entries[i].stream, &of),
		    STATUS_OK);
		assert_int_equal(store_knows(n->store, writer, UINT64_MAX, of, &said),
		    STATUS_OK);
		if (all.entries[i].through > said)
			assert_int_equal(vector_raise(ret, &all.entries[i].stream,
			    all.entries[i].through), STATUS_OK);
	}
	vector_release(&all);
}

/* Seals what is logged and posts it. */
static inline void
seal(struct node *n, struct post *post)
{
	struct segment_header h = { .stream = n->stream,
	    .roster = n->merge.roster->number };
	struct store_segment seg = { .knows = &h.knows };
	struct buffer *packed = &post->packed[post->n];
	struct store_head head;
	struct batch b;

	batch_init(&b);
	assert_int_equal(store_begin_merge(n->store), STATUS_OK);
	assert_int_equal(store_stream(n->store, &n->stream, &seg.writer), STATUS_OK);
	assert_int_equal(store_commit_merge(n->store), STATUS_OK);
	assert_int_equal(store_head(n->store, seg.writer, &head), STATUS_OK);
	assert_int_equal(store_log_read(n->store, seg.writer, &h.first, &b), STATUS_OK);
	if (b.ntx > 0) {
		assert_true(post->n < MAX_SEGMENTS);
		post->n++;
		knowledge(n, seg.writer, &h.knows);
		h.count = b.ntx;
		assert_int_equal(segment_build(&tiny_registry, TRUST_COUNTY, &h, head.hash,
		    &b, &n->keys.keys[0], &n->id, &test_env, packed, seg.hash),
		    STATUS_OK);
		seg.first = h.first;
		seg.count = h.count;
		seg.packed = packed->data;
		seg.packed_len = packed->len;
		seg.min_time_s = seg.max_time_s = b.txs[0].time_s;
		for (uint32_t i = 1; i < b.ntx; i++) {
			if (b.txs[i].time_s < seg.min_time_s)
				seg.min_time_s = b.txs[i].time_s;
			if (b.txs[i].time_s > seg.max_time_s)
				seg.max_time_s = b.txs[i].time_s;
		}
		assert_int_equal(store_begin_merge(n->store), STATUS_OK);
		assert_int_equal(store_seal(n->store, &seg), STATUS_OK);
		assert_int_equal(store_commit_merge(n->store), STATUS_OK);
	}
	vector_release(&h.knows);
	batch_release(&b);
}

static inline struct merge_result
deliver(struct node *n, const struct buffer *packed)
{
	struct merge_result r = {0};

	assert_int_equal(store_begin_merge(n->store), STATUS_OK);
	assert_int_equal(merge_segment(&n->merge, packed->data, packed->len, &r),
	    STATUS_OK);
	assert_int_equal(store_commit_merge(n->store), STATUS_OK);
	return r;
}

static inline struct merge_result
retry(struct node *n)
{
	struct merge_result r = {0};

	assert_int_equal(store_begin_merge(n->store), STATUS_OK);
	assert_int_equal(merge_retry(&n->merge, &r), STATUS_OK);
	assert_int_equal(store_commit_merge(n->store), STATUS_OK);
	return r;
}

static inline uint64_t
held(struct node *n)
{
	uint64_t count;

	assert_int_equal(store_held_count(n->store, &count), STATUS_OK);
	return count;
}

static inline uint64_t
inbox(struct node *n)
{
	uint64_t count;

	assert_int_equal(store_inbox_count(n->store, &count), STATUS_OK);
	return count;
}

static inline void
assert_agree(struct node *a, struct node *b)
{
	uint8_t x[HASH_BYTES], y[HASH_BYTES];

	assert_int_equal(store_digest(a->store, SCHOOL, x), STATUS_OK);
	assert_int_equal(store_digest(b->store, SCHOOL, y), STATUS_OK);
	assert_memory_equal(x, y, HASH_BYTES);
}

static inline void
end(struct node *nodes, unsigned n, struct roster *r, struct post *post)
{
	for (unsigned i = 0; i < n; i++)
		store_close(nodes[i].store);
	for (unsigned i = 0; i < post->n; i++)
		buffer_release(&post->packed[i]);
	post->n = 0;
	roster_release(r);
}

/* Nodes 0 … certified - 1 have certificates; the last node is the hub when hub. */
static inline void
begin(struct node *nodes, unsigned n, unsigned certified, unsigned hub,
    struct roster *r, struct post *post)
{
	memset(post, 0, sizeof(*post));
	memset(r, 0, sizeof(*r));
	for (unsigned i = 0; i < n; i++)
		node_open(&nodes[i], i, r);
	make_roster(r, nodes, certified, hub);
}

static inline void
any_write(struct node *n, bool hub)
{
	static const char *const statements[] = { TINY_SQL_REPLACE, TINY_SQL_SET,
	    TINY_SQL_REMOVE, TINY_SQL_ITEM_ADD, TINY_SQL_ITEM_ADD, TINY_SQL_ITEM_TITLE,
	    TINY_SQL_ITEM_AMOUNT, TINY_SQL_ITEM_NOTE, TINY_SQL_ITEM_STATE,
	    TINY_SQL_ITEM_REMOVE, TINY_SQL_LINK_ADD, TINY_SQL_LINK_REMOVE,
	    TINY_SQL_REPORT_ADD, TINY_SQL_REPORT_WHAT, TINY_SQL_REPORT_CHILD };
	const char *sql = hub ? TINY_SQL_ITEM_STATE :
	    statements[draw(sizeof(statements) / sizeof(statements[0]))];

	n->clock_s += draw(3);
	if (draw(30) == 0)
		sql = draw(4) == 0 ? TINY_SQL_ERASE_UNDO : TINY_SQL_ERASE;
	write_one(n, sql, 1 + draw(4), draw(5));
}

static inline void
settle(struct node *n)
{
	assert_int_equal(store_begin_merge(n->store), STATUS_OK);
	assert_int_equal(merge_erase(&n->merge), STATUS_OK);
	assert_false(store_erasing(n->store));
	assert_int_equal(store_commit_merge(n->store), STATUS_OK);
}

static inline int
nothing_to_erase(void *ctx, const struct store_segment *seg)
{
	struct buffer out = BUFFER_INIT;
	uint32_t n;

	assert_int_equal(merge_erase_packed(ctx, &tiny_registry, seg->packed,
	    seg->packed_len, &out, &n), STATUS_OK);
	assert_int_equal(n, 0);
	assert_int_equal(merge_erase_stubs(ctx, &tiny_registry, seg->packed,
	    seg->packed_len, &n), STATUS_OK);
	assert_int_equal(n, 0);
	buffer_release(&out);
	return 0;
}

static inline void
assert_erased(struct node *n)
{
	for (uint32_t w = 1; w <= store_stream_count(n->store); w++)
		assert_int_equal(store_segments(n->store, w, 0, nothing_to_erase,
		    n->store), 0);
}

static inline void
deliver_all(struct node *n, const struct post *post)
{
	unsigned order[MAX_SEGMENTS];

	for (unsigned i = 0; i < post->n; i++)
		order[i] = i;
	for (unsigned i = post->n; i > 1; i--) {
		unsigned j = draw(i), swap = order[i - 1];

		order[i - 1] = order[j];
		order[j] = swap;
	}
	for (unsigned i = 0; i < post->n; i++) {
		(void)deliver(n, &post->packed[order[i]]);
		if (draw(3) == 0)
			(void)deliver(n, &post->packed[order[draw(i + 1)]]);
	}
}

#endif
