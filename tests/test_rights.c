/* Rights that narrow and widen from roster to roster: each segment is judged by the
 * one that it names, whichever replica judges it, and when. */
#include "tests/merge_world.h"

#define NODES 26
#define ROSTERS 4

static const struct registry_table *
table(const char *name)
{
	return &tiny_registry.tables[registry_find_name(&tiny_registry, name)];
}

/* The next roster: one right of the school ends there, or begins again. */
static void
next_roster(const struct roster *r, struct roster *ret, const char *name, bool may)
{
	uint16_t id = table(name)->id;
	size_t n = 0;

	*ret = *r;
	ret->number++;
	ret->certs = calloc(r->ncerts, sizeof(*r->certs));
	ret->rights = calloc(r->nrights + 1, sizeof(*r->rights));
	assert_true(ret->certs != NULL && ret->rights != NULL);
	memcpy(ret->certs, r->certs, r->ncerts * sizeof(*r->certs));
	for (size_t i = 0; i < r->nrights; i++) {
		struct roster_right v = r->rights[i];

		if (v.role == ROLE_SCHOOL && v.table == id && v.until == 0 && !may)
			v.until = ret->number;
		ret->rights[n++] = v;
	}
	if (may)
		ret->rights[n++] = (struct roster_right){ .role = ROLE_SCHOOL, .own = 1,
		    .table = id, .columns = UINT64_MAX, .from = ret->number };
	ret->nrights = n;
	assert_true(roster_keeps_rights(r, ret));
}

static bool
is_marked(struct node *n, int64_t child)
{
	const struct registry_table *t = table("mark");
	struct value keys[2] = { value_int((int64_t)SCHOOL), value_int(child) };
	struct row row;

	assert_int_equal(store_get(n->store, t, keys, &row), STATUS_OK);
	return row.exists;
}

/* One item arrives: rosters are 0 to 3, segments follow. */
static void
arrive(struct node *n, const struct roster *rosters, const struct post *post, unsigned item)
{
	if (item >= ROSTERS) {
		(void)deliver(n, &post->packed[item - ROSTERS]);
		return;
	}
	if (rosters[item].number <= n->merge.roster->number)
		return;
	n->merge.roster = &rosters[item];
	(void)retry(n);
}

static void
narrowed_and_widened_rights_judge_alike_in_any_order(void **state)
{
	static const struct roster none;
	static struct post post;
	struct node nodes[NODES];
	struct roster rosters[ROSTERS];

	(void)state;
	begin(nodes, NODES, 2, NODES, &rosters[0], &post);
	next_roster(&rosters[0], &rosters[1], "mark", false);
	next_roster(&rosters[1], &rosters[2], "item", false);
	next_roster(&rosters[2], &rosters[3], "mark", true);
	/* The author goes on with what he ever could: only the others judge. */
	for (unsigned i = 0; i < ROSTERS; i++) {
		nodes[0].merge.roster = &rosters[i];
		write_one(&nodes[0], TINY_SQL_ADD, 1 + (int)i, 1);
		write_one(&nodes[0], TINY_SQL_ITEM_ADD, 1 + (int)i, 1);
		seal(&nodes[0], &post);
	}
	for (unsigned i = 2; i < NODES; i++) {
		unsigned order[2 * ROSTERS];

		nodes[i].merge.roster = &none;
		for (unsigned k = 0; k < 2 * ROSTERS; k++) {
			unsigned j = draw(k + 1);

			order[k] = order[j];
			order[j] = k;
		}
		for (unsigned k = 0; k < 2 * ROSTERS; k++)
			arrive(&nodes[i], rosters, &post, order[k]);
		for (unsigned k = 0; k < ROSTERS; k++)
			assert_true(is_marked(&nodes[i], 1 + (int)k) == (k == 0 || k == 3));
		assert_agree(&nodes[2], &nodes[i]);
	}
	for (unsigned i = 1; i < ROSTERS; i++)
		roster_release(&rosters[i]);
	end(nodes, NODES, &rosters[0], &post);
}

/* The hub is given the school's keys to keep, not to write. */
static void
the_hub_may_not_write_wrapped_keys(void **state)
{
	struct node nodes[2];
	static struct post post;
	struct roster r;
	uint64_t masks[16];
	int keywrap = registry_find(&tiny_registry, ROSTER_TABLE_KEYWRAP);

	(void)state;
	begin(nodes, 2, 2, 1, &r, &post);
	assert_true(keywrap >= 0);
	roster_rights(&r, &tiny_registry, &nodes[1].id.pub.id, SCHOOL, 1, masks);
	assert_true(masks[keywrap] == 0);
	roster_rights(&r, &tiny_registry, &nodes[0].id.pub.id, SCHOOL, 1, masks);
	assert_true(masks[keywrap] != 0);
	end(nodes, 2, &r, &post);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(narrowed_and_widened_rights_judge_alike_in_any_order),
		cmocka_unit_test(the_hub_may_not_write_wrapped_keys),
	};
	const char *given = getenv("KEHOU_SEED");

	seed = given != NULL ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
	fprintf(stderr, "# KEHOU_SEED=%llu\n", (unsigned long long)seed);
	return cmocka_run_group_tests_name("rights", tests, NULL, NULL);
}
