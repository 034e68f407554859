/* Conflicts are the same questions whatever came first, and a choice closes them
 * everywhere, also the choice of what stands already. */
#include "tests/merge_world.h"

struct question { struct store_conflict c; unsigned n; };

static int
only(void *ctx, const struct store_conflict *c)
{
	struct question *q = ctx;

	q->c = *c; /* its values are not looked at */
	q->n++;
	return 0;
}

static struct store_conflict
ask(struct node *n)
{
	struct question q = {0};

	assert_int_equal(store_inbox(n->store, only, &q), STATUS_OK);
	assert_int_equal(q.n, 1);
	return q.c;
}

/* Two devices that know an item; one edits its title, the other removes it. */
static void
disagree(struct node *nodes, struct post *post, bool removal)
{
	write_one(&nodes[0], TINY_SQL_ITEM_ADD, 1, 1);
	seal(&nodes[0], post);
	(void)deliver(&nodes[1], &post->packed[0]);
	write_one(&nodes[0], TINY_SQL_ITEM_TITLE, 1, 2);
	seal(&nodes[0], post);
	nodes[1].clock_s += 60;
	write_one(&nodes[1], removal ? TINY_SQL_ITEM_REMOVE : TINY_SQL_ITEM_TITLE, 1, 3);
	seal(&nodes[1], post);
}

static void
an_edit_against_a_deletion_is_asked_about_whatever_came_first(void **state)
{
	static struct post post;
	struct store_conflict a, b;
	struct node nodes[4];
	struct roster r;

	(void)state;
	begin(nodes, 4, 2, 9, &r, &post);
	disagree(nodes, &post, true);
	(void)deliver(&nodes[2], &post.packed[0]);
	(void)deliver(&nodes[2], &post.packed[1]);
	(void)deliver(&nodes[2], &post.packed[2]);
	(void)deliver(&nodes[3], &post.packed[0]);
	(void)deliver(&nodes[3], &post.packed[2]);
	(void)deliver(&nodes[3], &post.packed[1]);
	(void)deliver(&nodes[0], &post.packed[2]);
	(void)deliver(&nodes[1], &post.packed[1]);
	for (unsigned i = 0; i < 4; i++) {
		a = ask(&nodes[2]);
		b = ask(&nodes[i]);
		assert_true(a.column == b.column && a.loser_stamp == b.loser_stamp &&
		    a.winner_stamp == b.winner_stamp && a.loser_seq == b.loser_seq &&
		    a.winner_seq == b.winner_seq);
		assert_agree(&nodes[2], &nodes[i]);
	}
	end(nodes, 4, &r, &post);
}

static void
keep_closes(bool removal)
{
	static struct post post;
	struct node nodes[4];
	struct roster r;

	begin(nodes, 4, 2, 9, &r, &post);
	disagree(nodes, &post, removal);
	for (unsigned i = 0; i < 4; i++)
		for (unsigned k = 0; k < 3; k++)
			(void)deliver(&nodes[i], &post.packed[k]);
	assert_int_equal(inbox(&nodes[0]), 1);
	write_one(&nodes[0], TINY_SQL_KEEP, 1, 0);
	assert_int_equal(inbox(&nodes[0]), 0);
	seal(&nodes[0], &post);
	assert_int_equal(post.n, 4);
	for (unsigned i = 1; i < 4; i++) {
		(void)deliver(&nodes[i], &post.packed[3]);
		assert_int_equal(inbox(&nodes[i]), 0);
		assert_agree(&nodes[0], &nodes[i]);
	}
	/* Once more it has nothing to say. */
	write_one(&nodes[0], TINY_SQL_KEEP, 1, 0);
	seal(&nodes[0], &post);
	assert_int_equal(post.n, 4);
	end(nodes, 4, &r, &post);
}

static void
choosing_the_value_that_stands_closes_the_question_everywhere(void **state)
{
	(void)state;
	keep_closes(false);
}

static void
choosing_the_deletion_closes_the_question_everywhere(void **state)
{
	(void)state;
	keep_closes(true);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_edit_against_a_deletion_is_asked_about_whatever_came_first),
		cmocka_unit_test(choosing_the_value_that_stands_closes_the_question_everywhere),
		cmocka_unit_test(choosing_the_deletion_closes_the_question_everywhere),
	};

	return cmocka_run_group_tests_name("inbox", tests, NULL, NULL);
}
