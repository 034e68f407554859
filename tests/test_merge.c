/* Merge over real segments: writers with stores of their own, delivery in any
 * order, and what is held, refused or shown as a conflict. */
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
#define ROUNDS 12
#define STEPS 60
#define WRITERS 4               /* three devices of the school, and the hub */
#define MAX_SEGMENTS 256

static uint64_t seed;

static uint32_t
draw(uint32_t below)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(seed >> 33) % below;
}

static void
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
static void
make_roster(struct roster *r, const struct node *nodes, unsigned n, unsigned hub)
{
	memset(r, 0, sizeof(*r));
	r->county = TRUST_COUNTY;
	r->number = 1;
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
}

static void
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

static void
write_one(struct node *n, const char *sql, int64_t child, int64_t state)
{
	struct store_author a = { .node = n->stream.node, .epoch = n->stream.epoch,
	    .scope = n->stream.scope, .lane = n->stream.lane, .staff = 9,
	    .time_s = n->clock_s };
	struct store_stmt *st;
	uint64_t seq;
	bool row;

	assert_int_equal(store_begin(n->store, &a), STATUS_OK);
	assert_int_equal(store_prepare(n->store, sql, &st, NULL), STATUS_OK);
	assert_int_equal(store_bind(st, "school", value_int((int64_t)SCHOOL)), STATUS_OK);
	assert_int_equal(store_bind(st, "child", value_int(child)), STATUS_OK);
	assert_int_equal(store_bind(st, "state", value_int(state)), STATUS_OK);
	assert_int_equal(store_step(st, &row), STATUS_OK);
	store_reset(st);
	assert_int_equal(store_commit(n->store, &seq), STATUS_OK);
}

static void
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
static void
seal(struct node *n, struct post *post)
{
	struct segment_header h = { .stream = n->stream, .roster = 1 };
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

static struct merge_result
deliver(struct node *n, const struct buffer *packed)
{
	struct merge_result r = {0};

	assert_int_equal(store_begin_merge(n->store), STATUS_OK);
	assert_int_equal(merge_segment(&n->merge, packed->data, packed->len, &r),
	    STATUS_OK);
	assert_int_equal(store_commit_merge(n->store), STATUS_OK);
	return r;
}

static struct merge_result
retry(struct node *n)
{
	struct merge_result r = {0};

	assert_int_equal(store_begin_merge(n->store), STATUS_OK);
	assert_int_equal(merge_retry(&n->merge, &r), STATUS_OK);
	assert_int_equal(store_commit_merge(n->store), STATUS_OK);
	return r;
}

static uint64_t
held(struct node *n)
{
	uint64_t count;

	assert_int_equal(store_held_count(n->store, &count), STATUS_OK);
	return count;
}

static uint64_t
inbox(struct node *n)
{
	uint64_t count;

	assert_int_equal(store_inbox_count(n->store, &count), STATUS_OK);
	return count;
}

static void
assert_agree(struct node *a, struct node *b)
{
	uint8_t x[HASH_BYTES], y[HASH_BYTES];

	assert_int_equal(store_digest(a->store, SCHOOL, x), STATUS_OK);
	assert_int_equal(store_digest(b->store, SCHOOL, y), STATUS_OK);
	assert_memory_equal(x, y, HASH_BYTES);
}

static void
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
static void
begin(struct node *nodes, unsigned n, unsigned certified, unsigned hub,
    struct roster *r, struct post *post)
{
	memset(post, 0, sizeof(*post));
	memset(r, 0, sizeof(*r));
	for (unsigned i = 0; i < n; i++)
		node_open(&nodes[i], i, r);
	make_roster(r, nodes, certified, hub);
}

/* ---- the property ---- */

static void
random_write(struct node *n, bool hub)
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

static void
settle(struct node *n)
{
	assert_int_equal(store_begin_merge(n->store), STATUS_OK);
	assert_int_equal(merge_erase(&n->merge), STATUS_OK);
	assert_false(store_erasing(n->store));
	assert_int_equal(store_commit_merge(n->store), STATUS_OK);
}

static int
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

static void
assert_erased(struct node *n)
{
	for (uint32_t w = 1; w <= store_stream_count(n->store); w++)
		assert_int_equal(store_segments(n->store, w, 0, nothing_to_erase,
		    n->store), 0);
}

static void
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

static void
one_round(void)
{
	static const int64_t clocks[WRITERS] = { 0, INT64_C(-6) * 365 * 86400,
	    INT64_C(20) * 365 * 86400, 0 };
	static struct post post;
	struct node nodes[WRITERS + 2];
	struct roster r;

	begin(nodes, WRITERS + 2, WRITERS, WRITERS - 1, &r, &post);
	/* The hub and one reader have no school key. */
	nodes[WRITERS - 1].keys.n = nodes[WRITERS].keys.n = 0;
	for (unsigned i = 0; i < WRITERS; i++)
		nodes[i].clock_s += draw(2) * clocks[i];
	for (unsigned step = 0; step < STEPS; step++) {
		struct node *n = &nodes[draw(WRITERS)];

		for (unsigned i = draw(4); i > 0; i--)
			random_write(n, n == &nodes[WRITERS - 1]);
		seal(n, &post);
		if (draw(3) == 0)
			settle(n);
		for (unsigned i = draw(4); i > 0 && post.n > 0; i--)
			(void)deliver(n, &post.packed[draw(post.n)]);
	}
	for (unsigned i = 0; i < WRITERS + 2; i++) {
		deliver_all(&nodes[i], &post);
		settle(&nodes[i]);
		assert_erased(&nodes[i]);
		assert_int_equal(held(&nodes[i]), 0);
		assert_agree(&nodes[0], &nodes[i]);
		assert_int_equal(store_integrity(nodes[i].store), STATUS_OK);
	}
	end(nodes, WRITERS + 2, &r, &post);
}

static void
any_delivery_gives_the_same_digest(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ROUNDS; i++) {
		fprintf(stderr, "# KEHOU_SEED=%llu\n", (unsigned long long)seed);
		one_round();
	}
}
/* ---- erasure ---- */

static int64_t
words(struct node *n, int64_t child)
{
	struct store_stmt *st;
	int64_t found;
	bool row = false;

	assert_int_equal(store_prepare(n->store, TINY_SQL_WORDS, &st, NULL), STATUS_OK);
	assert_int_equal(store_bind(st, "school", value_int((int64_t)SCHOOL)), STATUS_OK);
	assert_int_equal(store_bind(st, "child", value_int(child)), STATUS_OK);
	assert_int_equal(store_step(st, &row), STATUS_OK);
	found = store_column(st, 0).i;
	store_reset(st);
	return found;
}

/* One writes a child and erases it, the other goes on writing about it. */
static void
write_and_erase(struct node *nodes, struct post *post)
{
	write_one(&nodes[0], TINY_SQL_ITEM_ADD, 1, 1);
	write_one(&nodes[0], TINY_SQL_ITEM_ADD, 2, 1);
	write_one(&nodes[0], TINY_SQL_REPORT_ADD, 1, 5);
	seal(&nodes[0], post);
	(void)deliver(&nodes[1], &post->packed[0]);
	write_one(&nodes[0], TINY_SQL_ERASE, 1, 0);
	seal(&nodes[0], post);
	nodes[1].clock_s += 3600;
	write_one(&nodes[1], TINY_SQL_ITEM_TITLE, 1, 7);
	write_one(&nodes[1], TINY_SQL_ITEM_NOTE, 1, 7);
	write_one(&nodes[1], TINY_SQL_REPORT_WHAT, 1, 5);
	seal(&nodes[1], post);
}

static void
an_erasure_is_the_last_word_in_any_order(void **state)
{
	static const unsigned orders[6][3] = { {0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0},
	    {2, 0, 1}, {2, 1, 0} };
	static struct post post;
	struct node nodes[9];
	struct roster r;

	(void)state;
	begin(nodes, 9, 2, 9, &r, &post);
	write_and_erase(nodes, &post);
	assert_true(words(&nodes[1], 1) > 0);
	for (unsigned i = 0; i < 9; i++) {
		for (unsigned k = 0; k < 3; k++)
			(void)deliver(&nodes[i], &post.packed[i < 6 ? orders[i][k] : k]);
		settle(&nodes[i]);
		assert_int_equal(words(&nodes[i], 1), 0);
		assert_int_equal(words(&nodes[i], 2), 1);
		assert_int_equal(held(&nodes[i]), 0);
		assert_int_equal(inbox(&nodes[i]), 0);
		assert_erased(&nodes[i]);
		assert_agree(&nodes[0], &nodes[i]);
	}
	write_one(&nodes[0], TINY_SQL_ITEM_TITLE, 1, 9);
	write_one(&nodes[0], TINY_SQL_ITEM_REMOVE, 1, 0);
	write_one(&nodes[0], TINY_SQL_ITEM_ADD, 1, 9);
	assert_int_equal(words(&nodes[0], 1), 0);
	seal(&nodes[0], &post);
	(void)deliver(&nodes[3], &post.packed[3]);
	assert_agree(&nodes[0], &nodes[3]);
	end(nodes, 9, &r, &post);
}

struct sending { struct node *to; unsigned known; };

static int
hand_on(void *ctx, const struct store_segment *seg)
{
	struct sending *s = ctx;
	struct buffer packed = BUFFER_INIT;
	struct merge_result m;

	buffer_put(&packed, seg->packed, seg->packed_len);
	m = deliver(s->to, &packed);
	assert_true(m.refused == 0 && m.status != STATUS_FORK);
	s->known += m.known;
	buffer_release(&packed);
	return 0;
}

static void
an_erased_segment_goes_on_and_is_the_same_one(void **state)
{
	static struct post post;
	struct node nodes[4];
	struct sending to;
	struct roster r;

	(void)state;
	begin(nodes, 4, 2, 9, &r, &post);
	write_and_erase(nodes, &post);
	for (unsigned k = 0; k < 3; k++)
		(void)deliver(&nodes[0], &post.packed[k]);
	settle(&nodes[0]);
	for (unsigned k = 0; k < 3; k++)
		(void)deliver(&nodes[3], &post.packed[k]);
	for (unsigned i = 2; i < 4; i++) {
		to = (struct sending){ .to = &nodes[i] };
		for (uint32_t w = 1; w <= store_stream_count(nodes[0].store); w++)
			assert_int_equal(store_segments(nodes[0].store, w, 0, hand_on,
			    &to), 0);
		assert_int_equal(to.known, i == 2 ? 0 : 3);
		settle(&nodes[i]);
		assert_agree(&nodes[0], &nodes[i]);
		assert_erased(&nodes[i]);
	}
	assert_int_equal(deliver(&nodes[2], &post.packed[0]).known, 1);
	assert_erased(&nodes[2]);
	end(nodes, 4, &r, &post);
}

static int
count_stubs(void *ctx, const struct store_segment *seg)
{
	uint32_t stubs;

	assert_int_equal(merge_erase_stubs(ctx, &tiny_registry, seg->packed,
	    seg->packed_len, &stubs), STATUS_OK);
	return (int)stubs;
}

static void
a_leaf_gone_without_an_erasure_is_told(void **state)
{
	static struct post post;
	struct node nodes[3];
	struct buffer out = BUFFER_INIT;
	struct roster r;
	uint32_t n;

	(void)state;
	begin(nodes, 3, 2, 9, &r, &post);
	write_and_erase(nodes, &post);
	/* Somebody hands on what he erased, and keeps the erasure back. */
	assert_int_equal(merge_erase_packed(nodes[0].store, &tiny_registry,
	    post.packed[0].data, post.packed[0].len, &out, &n), STATUS_OK);
	assert_int_equal(n, 2); /* what is told of the child, and the private note */
	assert_int_equal(deliver(&nodes[2], &out).segments, 1);
	assert_int_equal(store_segments(nodes[2].store, 1, 0, count_stubs,
	    nodes[2].store), 2);
	(void)deliver(&nodes[2], &post.packed[1]);
	assert_int_equal(store_segments(nodes[2].store, 1, 0, count_stubs,
	    nodes[2].store), 0);
	buffer_release(&out);
	end(nodes, 3, &r, &post);
}

static void
what_waits_is_erased_too(void **state)
{
	static struct post post;
	struct node nodes[3];
	struct roster r;

	(void)state;
	begin(nodes, 3, 2, 9, &r, &post);
	write_and_erase(nodes, &post);
	write_one(&nodes[1], TINY_SQL_ITEM_NOTE, 1, 8);
	seal(&nodes[1], &post);
	/* The fourth waits for the third. */
	(void)deliver(&nodes[2], &post.packed[3]);
	for (unsigned k = 0; k < 2; k++)
		(void)deliver(&nodes[2], &post.packed[k]);
	settle(&nodes[2]);
	assert_int_equal(held(&nodes[2]), 1);
	(void)deliver(&nodes[2], &post.packed[2]);
	assert_erased(&nodes[2]);
	end(nodes, 3, &r, &post);
}

/* ---- held ---- */

static void
an_early_segment_waits_for_its_predecessor(void **state)
{
	static struct post post;
	struct node nodes[2];
	struct merge_result m;
	struct roster r;

	(void)state;
	begin(nodes, 2, 2, 9, &r, &post);
	for (int64_t i = 1; i <= 3; i++) {
		write_one(&nodes[0], TINY_SQL_ADD, i, i);
		seal(&nodes[0], &post);
	}
	m = deliver(&nodes[1], &post.packed[2]);
	assert_true(m.held == 1 && m.segments == 0 && m.status == STATUS_EARLY);
	m = deliver(&nodes[1], &post.packed[1]);
	assert_true(m.held == 1 && m.segments == 0);
	assert_int_equal(held(&nodes[1]), 2);
	m = deliver(&nodes[1], &post.packed[0]);
	assert_true(m.segments == 3 && m.transactions == 3 && m.held == 0);
	assert_int_equal(held(&nodes[1]), 0);
	assert_agree(&nodes[0], &nodes[1]);
	m = deliver(&nodes[1], &post.packed[1]);
	assert_true(m.known == 1 && m.segments == 0);
	end(nodes, 2, &r, &post);
}

static void
an_uncertified_author_waits_for_the_roster(void **state)
{
	static struct post post;
	struct node nodes[3];
	struct merge_result m;
	struct roster r, newer;

	(void)state;
	begin(nodes, 3, 1, 9, &r, &post);
	write_one(&nodes[1], TINY_SQL_ADD, 1, 1);
	seal(&nodes[1], &post);
	write_one(&nodes[1], TINY_SQL_SET, 1, 2);
	seal(&nodes[1], &post);
	m = deliver(&nodes[0], &post.packed[1]);
	assert_true(m.held == 1 && m.status == STATUS_UNCERTIFIED);
	m = deliver(&nodes[0], &post.packed[0]);
	assert_true(m.held == 1 && m.segments == 0);
	m = retry(&nodes[0]);
	assert_true(m.segments == 0);
	assert_int_equal(held(&nodes[0]), 2);
	make_roster(&newer, nodes, 2, 9);
	newer.number = 2;
	nodes[0].merge.roster = &newer;
	m = retry(&nodes[0]);
	assert_int_equal(m.segments, 2);
	assert_int_equal(held(&nodes[0]), 0);
	assert_agree(&nodes[0], &nodes[1]);
	roster_release(&newer);
	end(nodes, 3, &r, &post);
}

static void
a_row_without_right_is_refused_alike(void **state)
{
	static struct post post;
	struct node nodes[4];
	struct merge_result m;
	struct roster r;

	(void)state;
	begin(nodes, 4, 2, 1, &r, &post);
	write_one(&nodes[0], TINY_SQL_ITEM_ADD, 1, 1);
	seal(&nodes[0], &post);
	(void)deliver(&nodes[1], &post.packed[0]);
	/* The hub may write state, not title, and may give no birth. */
	write_one(&nodes[1], TINY_SQL_ITEM_STATE, 1, 7);
	write_one(&nodes[1], TINY_SQL_ITEM_TITLE, 1, 7);
	write_one(&nodes[1], TINY_SQL_ITEM_ADD, 2, 7);
	seal(&nodes[1], &post);
	m = deliver(&nodes[2], &post.packed[0]);
	m = deliver(&nodes[2], &post.packed[1]);
	assert_true(m.refused_rows == 2 && m.rows == 1 && m.segments == 1);
	m = deliver(&nodes[3], &post.packed[1]);
	m = deliver(&nodes[3], &post.packed[0]);
	assert_int_equal(m.segments, 1);
	m = deliver(&nodes[3], &post.packed[1]);
	assert_agree(&nodes[2], &nodes[3]);
	m = deliver(&nodes[0], &post.packed[1]);
	assert_int_equal(m.refused_rows, 2);
	assert_agree(&nodes[0], &nodes[2]);
	end(nodes, 4, &r, &post);
}

/* ---- conflicts ---- */

static void
a_conflict_is_shown_once_and_a_choice_closes_it(void **state)
{
	static struct post post;
	struct node nodes[3];
	struct roster r;

	(void)state;
	begin(nodes, 3, 2, 9, &r, &post);
	write_one(&nodes[0], TINY_SQL_ITEM_ADD, 1, 1);
	seal(&nodes[0], &post);
	(void)deliver(&nodes[1], &post.packed[0]);
	write_one(&nodes[0], TINY_SQL_ITEM_TITLE, 1, 2);
	seal(&nodes[0], &post);
	nodes[1].clock_s += 60;
	write_one(&nodes[1], TINY_SQL_ITEM_TITLE, 1, 3);
	seal(&nodes[1], &post);
	for (unsigned pass = 0; pass < 2; pass++)
		for (unsigned i = 0; i < 3; i++)
			for (unsigned k = 0; k < 3; k++)
				(void)deliver(&nodes[i], &post.packed[k]);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(inbox(&nodes[i]), 1);
	/* Whoever saw both and writes again has chosen. */
	nodes[0].clock_s += 120;
	write_one(&nodes[0], TINY_SQL_ITEM_TITLE, 1, 4);
	assert_int_equal(inbox(&nodes[0]), 0);
	seal(&nodes[0], &post);
	for (unsigned i = 1; i < 3; i++) {
		(void)deliver(&nodes[i], &post.packed[3]);
		assert_int_equal(inbox(&nodes[i]), 0);
		assert_agree(&nodes[0], &nodes[i]);
	}
	end(nodes, 3, &r, &post);
}

static void
what_was_seen_or_is_quiet_is_no_conflict(void **state)
{
	static struct post post;
	struct node nodes[3];
	struct roster r;

	(void)state;
	begin(nodes, 3, 2, 9, &r, &post);
	write_one(&nodes[0], TINY_SQL_ITEM_ADD, 1, 1);
	write_one(&nodes[0], TINY_SQL_ITEM_TITLE, 1, 2);
	seal(&nodes[0], &post);
	(void)deliver(&nodes[1], &post.packed[0]);
	nodes[1].clock_s -= 3600;
	write_one(&nodes[1], TINY_SQL_ITEM_TITLE, 1, 3);
	write_one(&nodes[1], TINY_SQL_ITEM_STATE, 1, 3);
	seal(&nodes[1], &post);
	write_one(&nodes[0], TINY_SQL_ITEM_STATE, 1, 4);
	write_one(&nodes[0], TINY_SQL_ITEM_AMOUNT, 1, 4);
	seal(&nodes[0], &post);
	/* The successor first, and in the order of writing. */
	for (unsigned k = 3; k > 0; k--)
		(void)deliver(&nodes[2], &post.packed[k - 1]);
	for (unsigned i = 0; i < 3; i++) {
		for (unsigned k = 0; k < 3; k++)
			(void)deliver(&nodes[i], &post.packed[k]);
		assert_int_equal(inbox(&nodes[i]), 0);
		assert_agree(&nodes[0], &nodes[i]);
	}
	end(nodes, 3, &r, &post);
}

/* ---- forks ---- */

static void
a_fork_is_found_and_held(void **state)
{
	static struct post post;
	struct node nodes[3], copy;
	struct merge_result m;
	struct roster r;

	(void)state;
	begin(nodes, 3, 2, 9, &r, &post);
	/* A copy of node 0 goes its own way under the same name and epoch. */
	node_open(&copy, 0, &r);
	write_one(&nodes[0], TINY_SQL_ADD, 1, 1);
	seal(&nodes[0], &post);
	write_one(&copy, TINY_SQL_ADD, 1, 2);
	seal(&copy, &post);
	m = deliver(&nodes[2], &post.packed[0]);
	assert_int_equal(m.segments, 1);
	m = deliver(&nodes[2], &post.packed[1]);
	assert_true(m.held == 1 && m.segments == 0 && m.status == STATUS_FORK);
	assert_int_equal(held(&nodes[2]), 1);
	assert_agree(&nodes[0], &nodes[2]);
	m = deliver(&nodes[2], &post.packed[1]);
	m = retry(&nodes[2]);
	assert_int_equal(held(&nodes[2]), 1);
	assert_agree(&nodes[0], &nodes[2]);
	store_close(copy.store);
	end(nodes, 3, &r, &post);
}

/* Nobody makes a node look cloned without its key. */
static void
a_fork_under_a_bad_signature_is_refused(void **state)
{
	static struct post post;
	struct node nodes[3], forger;
	struct merge_result m;
	struct roster r;

	(void)state;
	begin(nodes, 3, 2, 9, &r, &post);
	node_open(&forger, 7, &r);
	forger.stream = nodes[0].stream;
	write_one(&nodes[0], TINY_SQL_ADD, 1, 1);
	seal(&nodes[0], &post);
	write_one(&forger, TINY_SQL_ADD, 1, 2);
	seal(&forger, &post);
	(void)deliver(&nodes[2], &post.packed[0]);
	m = deliver(&nodes[2], &post.packed[1]);
	assert_true(m.refused == 1 && m.held == 0 && m.status == STATUS_BAD_SIGNATURE);
	assert_int_equal(held(&nodes[2]), 0);
	assert_agree(&nodes[0], &nodes[2]);
	store_close(forger.store);
	end(nodes, 3, &r, &post);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_delivery_gives_the_same_digest),
		cmocka_unit_test(an_erasure_is_the_last_word_in_any_order),
		cmocka_unit_test(an_erased_segment_goes_on_and_is_the_same_one),
		cmocka_unit_test(a_leaf_gone_without_an_erasure_is_told),
		cmocka_unit_test(what_waits_is_erased_too),
		cmocka_unit_test(an_early_segment_waits_for_its_predecessor),
		cmocka_unit_test(an_uncertified_author_waits_for_the_roster),
		cmocka_unit_test(a_row_without_right_is_refused_alike),
		cmocka_unit_test(a_conflict_is_shown_once_and_a_choice_closes_it),
		cmocka_unit_test(what_was_seen_or_is_quiet_is_no_conflict),
		cmocka_unit_test(a_fork_is_found_and_held),
		cmocka_unit_test(a_fork_under_a_bad_signature_is_refused),
	};
	const char *given = getenv("KEHOU_SEED");

	seed = given != NULL ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
	return cmocka_run_group_tests_name("merge", tests, NULL, NULL);
}
