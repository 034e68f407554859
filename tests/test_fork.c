/* Copies of a node that write under one name: every replica parts the stream alike,
 * in whatever order the segments come, and keeps what each copy wrote. */
#include "tests/merge_world.h"

#define ROUNDS 16
#define STEPS 24
#define COPIES 4                /* of node 0 */
#define READERS 4

/* Streams, how far they are, and with what hash. */
static void
assert_same_streams(struct node *a, struct node *b)
{
	struct vector x = {0}, y = {0};

	assert_int_equal(store_vector(a->store, SCHOOL, true, &x), STATUS_OK);
	assert_int_equal(store_vector(b->store, SCHOOL, false, &y), STATUS_OK);
	assert_int_equal(x.n, y.n);
	for (size_t i = 0; i < x.n; i++) {
		struct store_head p, q;
		uint32_t v, w;

		assert_int_equal(stream_id_compare(&x.entries[i].stream,
		    &y.entries[i].stream), 0);
		assert_true(x.entries[i].through == y.entries[i].through);
		assert_int_equal(store_stream(a->store, &x.entries[i].stream, &v), STATUS_OK);
		assert_int_equal(store_stream(b->store, &x.entries[i].stream, &w), STATUS_OK);
		assert_int_equal(store_head(a->store, v, &p), STATUS_OK);
		assert_int_equal(store_head(b->store, w, &q), STATUS_OK);
		assert_memory_equal(p.hash, q.hash, HASH_BYTES);
		assert_true(p.base == q.base);
	}
	vector_release(&x);
	vector_release(&y);
}

static unsigned
branches(struct node *n)
{
	unsigned found = 0;

	for (uint32_t w = 1; w <= store_stream_count(n->store); w++)
		found += store_parent(n->store, w) != 0;
	return found;
}

/* The rows as they would be if everything stored were merged into nothing. */
static int
merge_anew(void *ctx, const struct store_segment *seg)
{
	struct node *anew = ctx;
	struct buffer packed = BUFFER_INIT;
	struct merge_result m;

	buffer_put(&packed, seg->packed, seg->packed_len);
	m = deliver(anew, &packed);
	assert_int_equal(m.segments, 1);
	buffer_release(&packed);
	return 0;
}

static void
assert_sound(struct node *n, const struct roster *r)
{
	struct node anew;

	node_open(&anew, 99, r);
	for (uint32_t w = store_stream_next(n->store, 0); w != 0;
	    w = store_stream_next(n->store, w))
		assert_int_equal(store_segments(n->store, w, 0, merge_anew, &anew), 0);
	settle(&anew);
	assert_agree(n, &anew);
	assert_same_streams(n, &anew);
	store_close(anew.store);
}

/* A copy of what one has, under its name: its own segments and all others. */
static void
copy(struct node *to, const struct node *from, const struct roster *r)
{
	node_open(to, 0, r);
	to->clock_s = from->clock_s;
	for (uint32_t w = store_stream_next(from->store, 0); w != 0;
	    w = store_stream_next(from->store, w))
		assert_int_equal(store_segments(from->store, w, 0, merge_anew, to), 0);
	settle(to);
}

static void
both_branches_are_streams_with_their_rows_in_any_order(void **state)
{
	static const unsigned orders[6][3] = { {0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0},
	    {2, 0, 1}, {2, 1, 0} };
	static struct post post;
	struct node nodes[9], other;
	struct roster r;

	(void)state;
	begin(nodes, 9, 2, 9, &r, &post);
	write_one(&nodes[0], TINY_SQL_ITEM_ADD, 1, 1);
	seal(&nodes[0], &post);
	copy(&other, &nodes[0], &r);
	write_one(&nodes[0], TINY_SQL_ADD, 1, 1);
	write_one(&nodes[0], TINY_SQL_ITEM_TITLE, 1, 2);
	seal(&nodes[0], &post);
	write_one(&other, TINY_SQL_ADD, 2, 2);
	other.clock_s++;
	write_one(&other, TINY_SQL_ITEM_TITLE, 1, 3);
	seal(&other, &post);
	for (unsigned i = 2; i < 8; i++) {
		for (unsigned k = 0; k < 3; k++)
			(void)deliver(&nodes[i], &post.packed[orders[i - 2][k]]);
		assert_int_equal(held(&nodes[i]), 0);
		assert_int_equal(branches(&nodes[i]), 2);
		/* Both changed one title without knowing of each other. */
		assert_int_equal(inbox(&nodes[i]), 1);
		assert_agree(&nodes[2], &nodes[i]);
		assert_same_streams(&nodes[2], &nodes[i]);
		assert_sound(&nodes[i], &r);
		/* The same ones again change nothing. */
		for (unsigned k = 0; k < 3; k++)
			assert_int_equal(deliver(&nodes[i], &post.packed[k]).known, 1);
	}
	/* The copies themselves, of what the other wrote. */
	for (unsigned k = 0; k < 3; k++) {
		(void)deliver(&nodes[0], &post.packed[k]);
		(void)deliver(&other, &post.packed[k]);
	}
	assert_agree(&nodes[0], &nodes[2]);
	assert_agree(&other, &nodes[2]);
	assert_same_streams(&other, &nodes[0]);
	assert_int_equal(inbox(&other), 1);
	store_close(other.store);
	end(nodes, 9, &r, &post);
}

/* A choice that knows both branches closes the question everywhere. */
static void
a_choice_over_both_branches_closes_the_conflict(void **state)
{
	static struct post post;
	struct node nodes[3], other;
	struct roster r;

	(void)state;
	begin(nodes, 3, 2, 9, &r, &post);
	write_one(&nodes[0], TINY_SQL_ITEM_ADD, 1, 1);
	seal(&nodes[0], &post);
	copy(&other, &nodes[0], &r);
	write_one(&nodes[0], TINY_SQL_ITEM_TITLE, 1, 2);
	seal(&nodes[0], &post);
	write_one(&other, TINY_SQL_ITEM_TITLE, 1, 3);
	seal(&other, &post);
	for (unsigned k = 0; k < 3; k++)
		(void)deliver(&nodes[1], &post.packed[k]);
	assert_int_equal(inbox(&nodes[1]), 1);
	write_one(&nodes[1], TINY_SQL_ITEM_TITLE, 1, 4);
	seal(&nodes[1], &post);
	for (unsigned k = 0; k < 4; k++) {
		(void)deliver(&nodes[2], &post.packed[k]);
		(void)deliver(&nodes[0], &post.packed[k]);
	}
	assert_int_equal(inbox(&nodes[0]), 0);
	assert_int_equal(inbox(&nodes[2]), 0);
	assert_agree(&nodes[0], &nodes[2]);
	store_close(other.store);
	end(nodes, 3, &r, &post);
}

/* What the hub refused before it knew of the copy stays refused. */
static int
refuse_said(void *ctx, const struct stream_id *s, uint64_t seq, uint32_t row,
    enum verdict_reason reason)
{
	struct node *hub = ctx;
	struct verdict v = { .county = TRUST_COUNTY, .by = hub->id.pub.id, .stream = *s,
	    .seq = seq, .row = row, .reason = (uint8_t)reason, .time_s = NOW };
	struct buffer b = BUFFER_INIT;
	int status = verdict_build(&v, &hub->id, &b);

	if (status == STATUS_OK)
		status = merge_verdict_keep(&hub->merge, &v, b.data, b.len);
	buffer_release(&b);
	return status == STATUS_EXISTS ? STATUS_OK : status;
}

static int
take_said(void *ctx, const char *name, const uint8_t *data, size_t len)
{
	struct node *to = ctx;
	struct verdict v;

	(void)name;
	assert_int_equal(verdict_parse(data, len, &v), STATUS_OK);
	return merge_verdict(&to->merge, &v, data, len);
}

static void
a_verdict_holds_on_the_branch_that_it_was_about(void **state)
{
	static struct post post;
	struct node nodes[4], other;
	struct roster r;
	struct verdict v = { .county = TRUST_COUNTY, .seq = 2, .row = VERDICT_ALL_ROWS,
	    .reason = VERDICT_NONSENSE, .time_s = NOW };
	struct buffer said = BUFFER_INIT;
	char space[MERGE_SPACE_BYTES];

	(void)state;
	begin(nodes, 4, 2, 9, &r, &post);
	write_one(&nodes[0], TINY_SQL_ADD, 1, 1);
	seal(&nodes[0], &post);
	copy(&other, &nodes[0], &r);
	write_one(&nodes[0], TINY_SQL_ADD, 2, 1);
	seal(&nodes[0], &post);
	write_one(&other, TINY_SQL_ADD, 3, 1);
	seal(&other, &post);
	nodes[2].merge.judge = refuse_said;
	nodes[2].merge.judge_ctx = &nodes[2];
	(void)deliver(&nodes[2], &post.packed[0]);
	(void)deliver(&nodes[2], &post.packed[1]);
	v.by = nodes[2].id.pub.id;
	v.stream = nodes[0].stream;
	assert_int_equal(verdict_build(&v, &nodes[2].id, &said), STATUS_OK);
	assert_int_equal(store_begin_merge(nodes[2].store), STATUS_OK);
	assert_int_equal(merge_verdict(&nodes[2].merge, &v, said.data, said.len), STATUS_OK);
	assert_int_equal(store_commit_merge(nodes[2].store), STATUS_OK);
	(void)deliver(&nodes[2], &post.packed[2]);
	/* One learns the verdicts first, one last. */
	merge_verdict_space(SCHOOL, space);
	for (unsigned i = 1; i <= 3; i += 2) {
		for (unsigned k = 0; i == 1 && k < 3; k++)
			(void)deliver(&nodes[i], &post.packed[2 - k]);
		assert_int_equal(store_begin_merge(nodes[i].store), STATUS_OK);
		assert_int_equal(store_meta_list(nodes[2].store, space, take_said,
		    &nodes[i]), STATUS_OK);
		assert_int_equal(store_commit_merge(nodes[i].store), STATUS_OK);
		for (unsigned k = 0; i == 3 && k < 3; k++)
			(void)deliver(&nodes[i], &post.packed[k]);
		assert_agree(&nodes[2], &nodes[i]);
		assert_same_streams(&nodes[2], &nodes[i]);
	}
	buffer_release(&said);
	store_close(other.store);
	end(nodes, 4, &r, &post);
}

/* Copies of copies, a device beside them; readers in any order. */
static void
one_round(void)
{
	static struct post post;
	struct node nodes[READERS + 2], copies[COPIES];
	unsigned ncopies = 0;
	struct roster r;

	begin(nodes, READERS + 2, 2, 9, &r, &post);
	for (unsigned step = 0; step < STEPS; step++) {
		unsigned which = draw(ncopies + 2);
		struct node *n = which < 2 ? &nodes[which] : &copies[which - 2];

		for (unsigned i = draw(3); i > 0; i--)
			any_write(n, false);
		seal(n, &post);
		if (which == 1 && post.n > 0 && draw(2) == 0)
			(void)deliver(n, &post.packed[draw(post.n)]);
		if (ncopies < COPIES && which != 1 && draw(5) == 0)
			copy(&copies[ncopies++], n, &r);
	}
	for (unsigned i = 0; i < READERS; i++) {
		deliver_all(&nodes[2 + i], &post);
		settle(&nodes[2 + i]);
		assert_int_equal(held(&nodes[2 + i]), 0);
		assert_agree(&nodes[2], &nodes[2 + i]);
		assert_same_streams(&nodes[2], &nodes[2 + i]);
	}
	assert_sound(&nodes[2], &r);
	deliver_all(&nodes[0], &post);
	settle(&nodes[0]);
	assert_agree(&nodes[0], &nodes[2]);
	assert_same_streams(&nodes[0], &nodes[2]);
	for (unsigned i = 0; i < ncopies; i++) {
		deliver_all(&copies[i], &post);
		settle(&copies[i]);
		assert_agree(&copies[i], &nodes[2]);
		assert_same_streams(&copies[i], &nodes[2]);
		store_close(copies[i].store);
	}
	end(nodes, READERS + 2, &r, &post);
}

static void
any_delivery_parts_the_stream_alike(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ROUNDS; i++) {
		fprintf(stderr, "# KEHOU_SEED=%llu\n", (unsigned long long)seed);
		one_round();
	}
}

/* Nobody makes a node look copied without its key. */
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
	assert_int_equal(branches(&nodes[2]), 0);
	assert_agree(&nodes[0], &nodes[2]);
	store_close(forger.store);
	end(nodes, 3, &r, &post);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		/* First, so that a seed that it prints is one to begin with. */
		cmocka_unit_test(any_delivery_parts_the_stream_alike),
		cmocka_unit_test(both_branches_are_streams_with_their_rows_in_any_order),
		cmocka_unit_test(a_choice_over_both_branches_closes_the_conflict),
		cmocka_unit_test(a_verdict_holds_on_the_branch_that_it_was_about),
		cmocka_unit_test(a_fork_under_a_bad_signature_is_refused),
	};
	const char *given = getenv("KEHOU_SEED");

	seed = given != NULL ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
	return cmocka_run_group_tests_name("fork", tests, NULL, NULL);
}
