#include "schema/inbox.h"

#include <stdio.h>
#include <string.h>

#include "schema/runtime.h"
#include "sync/segment.h"
#include "sync/store.h"

struct inbox {
	struct replica *replica;
	json_t *shown; /* rows of the view, by rising id as the store has them */
	size_t at;
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
writer_name(struct replica *r, uint32_t writer)
{
	const struct roster *roster = replica_roster(r);
	const struct stream_id *id = store_stream_id(replica_store(r), writer);
	const struct roster_cert *cert = id != NULL ? roster_node(roster, &id->node) : NULL;
	const struct roster_school *school = cert != NULL && cert->scope != 0
	    ? roster_school(roster, cert->scope) : NULL;

	if (cert == NULL)
		return "";
	return school != NULL ? school->name : roster->name;
}

/* ---- who wrote ---- */
struct wanted {
	uint64_t seq;
	int64_t staff;
};

static int
see_segment(void *ctx, const struct store_segment *seg)
{
	struct wanted *wanted = ctx;
	struct segment s = { 0 };
	struct batch facts;
	int status;

	batch_init(&facts);
	status = segment_open(seg->packed, seg->packed_len, &s);
	if (status == STATUS_OK)
		status = segment_facts(&s, schema_domain.registry, &facts);
	if (status == STATUS_OK && wanted->seq - seg->first < facts.ntx)
		wanted->staff = facts.txs[wanted->seq - seg->first].staff;
	batch_release(&facts);
	segment_release(&s);
	return 1; /* the first one that ends behind it holds it, or none does */
}

/* An own stream's that is not sealed yet. */
static void
see_log(struct store *store, uint32_t writer, struct wanted *wanted)
{
	struct batch b;
	uint64_t first = 0;

	batch_init(&b);
	if (store_log_read(store, writer, &first, &b) == STATUS_OK && wanted->seq >= first &&
	    wanted->seq - first < b.ntx)
		wanted->staff = b.txs[wanted->seq - first].staff;
	batch_release(&b);
}

/* The person's name, "" where this node does not know it (a program wrote, another
 * school's or the county's people, somebody who left). */
static void
person_name(struct replica *r, uint32_t writer, uint64_t seq, char ret[DOMAIN_NAME_BYTES])
{
	struct store *store = replica_store(r);
	const struct stream_id *id = store_stream_id(store, writer);
	struct wanted wanted = { .seq = seq };
	struct domain_user user;

	ret[0] = '\0';
	if (id == NULL || seq == 0)
		return;
	if (store_segments(store, writer, seq - 1, see_segment, &wanted) == STATUS_OK &&
	    node_id_compare(&id->node, &replica_self(r)->id) == 0)
		see_log(store, writer, &wanted);
	if (wanted.staff == 0 || domain_user_now(r, wanted.staff, &user, ret) != STATUS_OK)
		ret[0] = '\0';
}

static json_int_t
stamp_ms(uint64_t stamp)
{
	return (json_int_t)(stamp >> STAMP_COUNTER_BITS) * 1000 + STAMP_EPOCH_S * 1000;
}

/* Whether the view shows it. */
static bool
shown(struct inbox *all, int64_t id)
{
	json_t *row;

	while ((row = json_array_get(all->shown, all->at)) != NULL) {
		json_int_t next = json_integer_value(json_object_get(row, "id"));

		if (next > id)
			return false;
		all->at++;
		if (next == id)
			return true;
	}
	return false;
}

static int
add_conflict(void *ctx, const struct store_conflict *conflict)
{
	struct inbox *all = ctx;
	const struct registry *registry = schema_domain.registry;
	int at = registry_find(registry, conflict->table);
	const char *table = "", *column = "";
	char keys[256] = "", id[24], stands_by[DOMAIN_NAME_BYTES], other_by[DOMAIN_NAME_BYTES];
	json_t *row;

	if (!shown(all, conflict->id))
		return STATUS_OK;
	if (at >= 0) {
		const struct registry_table *t = &registry->tables[at];

		table = t->name;
		key_text(conflict, t->nkeys, keys, sizeof keys);
		for (size_t i = 0; i < t->ncolumns; i++)
			if (t->columns[i].id == conflict->column)
				column = t->columns[i].name;
	}
	snprintf(id, sizeof id, "%lld", (long long)conflict->id);
	person_name(all->replica, conflict->winner_writer, conflict->winner_seq, stands_by);
	person_name(all->replica, conflict->loser_writer, conflict->loser_seq, other_by);
	row = json_pack("{s:s, s:s, s:s, s:s, s:o, s:s, s:s, s:I, s:o, s:s, s:s, s:I}", "no", id,
	    "table", table, "keys", keys, "field", column, "stands",
	    json_of(conflict->winner), "stands_from",
	    writer_name(all->replica, conflict->winner_writer), "stands_by", stands_by,
	    "stands_at",
	    stamp_ms(conflict->winner_stamp), "other", json_of(conflict->loser),
	    "other_from", writer_name(all->replica, conflict->loser_writer), "other_by",
	    other_by, "other_at",
	    stamp_ms(conflict->loser_stamp));
	return row != NULL && json_array_append_new(all->rows, row) == 0 ? STATUS_OK
	    : STATUS_NOMEM;
}

int
inbox_rows(struct replica *r, const struct domain_user *user, json_t **ret,
    struct domain_error *ret_error)
{
	struct inbox all = { .replica = r };
	int status = domain_show(r, user, "inbox", NULL, &all.shown, ret_error);

	if (status != STATUS_OK)
		return status;
	all.rows = json_array();
	status = all.rows == NULL ? STATUS_NOMEM
	    : store_inbox(replica_store(r), add_conflict, &all);
	json_decref(all.shown);
	if (status == STATUS_OK)
		*ret = all.rows;
	else {
		json_decref(all.rows);
		runtime_error(ret_error, status_name(status), NULL, NULL);
	}
	return status;
}
