/* show inbox: two records disagree, please choose. */
#include <string.h>

#include "tools/kehou.h"
#include "tools/output.h"

struct inbox {
	struct cli *c;
	json_t *rows;
};

static json_t *
json_of(struct value v)
{
	char number[32];

	switch (v.type) {
	case VALUE_INT:
		/* As text: ids are beyond what JSON readers keep exact. */
		snprintf(number, sizeof number, "%lld", (long long)v.i);
		return json_string(number);
	case VALUE_TEXT:
		return json_stringn((const char *)v.p, v.len);
	default:
		return json_string("");
	}
}

/* "3141018501 12345": the key's values. */
static void
key_text(const struct store_conflict *conflict, size_t nkeys, char *out, size_t cap)
{
	struct reader r;
	size_t len = 0;

	out[0] = '\0';
	reader_init(&r, conflict->key.data, conflict->key.len);
	for (size_t i = 0; i < nkeys && len < cap; i++) {
		struct value v = value_read(&r);
		int n = v.type == VALUE_TEXT
		    ? snprintf(out + len, cap - len, "%s%.*s", i > 0 ? " " : "",
		        (int)v.len, (const char *)v.p)
		    : snprintf(out + len, cap - len, "%s%lld", i > 0 ? " " : "",
		        v.type == VALUE_INT ? (long long)v.i : 0ll);

		if (n < 0)
			return;
		len += (size_t)n;
	}
}

/* Where a writer sits: the school's name, or the county's. */
static const char *
writer_name(struct cli *c, uint32_t writer)
{
	const struct roster *roster = replica_roster(c->replica);
	const struct stream_id *id = store_stream_id(replica_store(c->replica), writer);
	const struct roster_cert *cert = id != NULL ? roster_node(roster, &id->node) : NULL;
	const struct roster_school *school = cert != NULL && cert->scope != 0
	    ? roster_school(roster, cert->scope) : NULL;

	if (cert == NULL)
		return "";
	return school != NULL ? school->name : roster->name;
}

static json_int_t
stamp_ms(uint64_t stamp)
{
	return (json_int_t)(stamp >> STAMP_COUNTER_BITS) * 1000 + STAMP_EPOCH_S * 1000;
}

static int
add_conflict(void *ctx, const struct store_conflict *conflict)
{
	struct inbox *all = ctx;
	const struct registry *registry = schema_domain.registry;
	int at = registry_find(registry, conflict->table);
	const char *table = "", *column = "";
	char keys[256] = "", id[24];
	json_t *row;

	if (at >= 0) {
		const struct registry_table *t = &registry->tables[at];

		table = t->name;
		key_text(conflict, t->nkeys, keys, sizeof keys);
		for (size_t i = 0; i < t->ncolumns; i++)
			if (t->columns[i].id == conflict->column)
				column = t->columns[i].name;
	}
	snprintf(id, sizeof id, "%lld", (long long)conflict->id);
	row = json_pack("{s:s, s:s, s:s, s:s, s:o, s:s, s:I, s:o, s:s, s:I}", "no", id,
	    "table", table, "keys", keys, "field", column, "stands",
	    json_of(conflict->winner), "stands_from",
	    writer_name(all->c, conflict->winner_writer), "stands_at",
	    stamp_ms(conflict->winner_stamp), "other", json_of(conflict->loser),
	    "other_from", writer_name(all->c, conflict->loser_writer), "other_at",
	    stamp_ms(conflict->loser_stamp));
	return row != NULL && json_array_append_new(all->rows, row) == 0 ? STATUS_OK
	    : STATUS_NOMEM;
}

/* The entries show children: whoever may see the children may see them. */
static int
allowed(struct cli *c)
{
	struct domain_error error = { .code = "" };
	json_t *rows = NULL, *args = json_pack("{s:i}", "grp", -1);
	int rc = cli_open_as(c);

	if (rc == CLI_OK) {
		rc = domain_show(c->replica, &c->user, "pupils", args, &rows, &error);
		rc = rc == STATUS_OK ? CLI_OK : cli_fail_domain(c, rc, &error);
	}
	json_decref(args);
	json_decref(rows);
	return rc;
}

int
kehou_inbox(struct cli *c, int argc, char **argv)
{
	struct inbox all = { .c = c };
	int npos, rc = cli_options(c, NULL, argc, argv, &npos);

	if (rc != CLI_OK)
		return rc;
	if (npos > 0)
		return cli_usage(c, MSG("usage.extra"), argv[0]);
	rc = allowed(c);
	if (rc != CLI_OK)
		return rc;
	all.rows = json_array();
	rc = all.rows == NULL ? STATUS_NOMEM
	    : store_inbox(replica_store(c->replica), add_conflict, &all);
	if (rc != STATUS_OK)
		rc = cli_fail(c, rc, NULL, NULL);
	else if (c->json)
		output_json(stdout, all.rows);
	else if (json_array_size(all.rows) == 0)
		cli_say(c, stderr, MSG("show.none"), NULL);
	else
		output_table(stdout, c->lang, all.rows);
	json_decref(all.rows);
	return rc;
}
