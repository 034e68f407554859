/* Merge over real segments: writers with stores of their own, delivery in any
 * order, and what is held, refused or shown as a conflict. */
#include "tests/merge_world.h"

#define ROUNDS 12
#define STEPS 60
#define WRITERS 4               /* three devices of the school, and the hub */

/* ---- the property ---- */

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
			any_write(n, n == &nodes[WRITERS - 1]);
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

/* Facts of another schema under a good signature: the first segment of a stream. */
static void
post_nonsense(struct node *n, struct post *post)
{
	static const struct registry_column columns[] = {
		{ .name = "school", .id = 1, .type = VALUE_INT },
		{ .name = "child", .id = 2, .type = VALUE_TEXT },
	};
	struct registry_table table = { .name = "mark", .scope = REGISTRY_SCHOOL,
	    .id = tiny_registry.tables[registry_find_name(&tiny_registry, "mark")].id,
	    .columns = columns, .ncolumns = 2, .nkeys = 2 };
	const struct registry lies = { .version = 1, .tables = &table, .ntables = 1 };
	static const uint8_t prev[HASH_BYTES];
	struct value v[2] = { value_int((int64_t)SCHOOL), value_text("x", 1) };
	struct batch_row row = { .op = BATCH_WHOLE, .length = 1, .stamp = 1 };
	struct segment_header h = { .stream = n->stream, .first = 1, .count = 1,
	    .roster = 1 };
	uint8_t hash[HASH_BYTES];
	struct batch b;

	batch_init(&b);
	assert_int_equal(batch_add_tx(&b, n->clock_s, 9), STATUS_OK);
	assert_int_equal(batch_add_row(&b, &table, &row, v, true), STATUS_OK);
	assert_int_equal(segment_build(&lies, TRUST_COUNTY, &h, prev, &b, NULL, &n->id,
	    &test_env, &post->packed[post->n++], hash), STATUS_OK);
	batch_release(&b);
}

/* Who looks for the write that another one contradicts passes over nonsense. */
static void
nonsense_in_a_stream_stops_nobody_elses(void **state)
{
	static struct post post;
	struct node nodes[3];
	struct roster r;

	(void)state;
	begin(nodes, 3, 2, 9, &r, &post);
	post_nonsense(&nodes[0], &post);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(deliver(&nodes[i], &post.packed[0]).held, 1);
	write_one(&nodes[0], TINY_SQL_ITEM_ADD, 1, 1);
	seal(&nodes[0], &post);
	(void)deliver(&nodes[1], &post.packed[1]);
	write_one(&nodes[0], TINY_SQL_ITEM_TITLE, 1, 2);
	seal(&nodes[0], &post);
	nodes[1].clock_s += 60;
	write_one(&nodes[1], TINY_SQL_ITEM_TITLE, 1, 3);
	seal(&nodes[1], &post);
	for (unsigned k = 1; k < 4; k++)
		assert_int_equal(deliver(&nodes[2], &post.packed[k]).refused, 0);
	assert_int_equal(inbox(&nodes[2]), 1);
	(void)deliver(&nodes[0], &post.packed[3]);
	assert_agree(&nodes[0], &nodes[2]);
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
		cmocka_unit_test(nonsense_in_a_stream_stops_nobody_elses),
		cmocka_unit_test(what_was_seen_or_is_quiet_is_no_conflict),
	};
	const char *given = getenv("KEHOU_SEED");

	seed = given != NULL ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
	return cmocka_run_group_tests_name("merge", tests, NULL, NULL);
}
