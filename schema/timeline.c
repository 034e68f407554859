#include "schema/timeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/runtime.h"
#include "sync/segment.h"
#include "sync/store.h"

struct entry {
	uint64_t stamp;
	json_t *row;
};

struct timeline {
	struct replica *replica;
	int64_t pupil;
	unsigned roles; /* of who asks */
	uint32_t writer;
	struct entry *list; size_t n, cap;
};

/* The child's own record, and the view whose readers may be told.  A table that is not
 * here is not told: a report about somebody must not reach him this way. */
static const struct {
	const char *table, *view;
} told[] = {
	{ "pupil", "pupil" }, { "guardian", "guardians" }, { "collector", "guardian_copy" },
	{ "enrolment", "pupils" }, { "priority", "priorities" }, { "request", "requests" },
	{ "way", "ways" }, { "consent", "consents" }, { "data_consent", "guardian_copy" },
	{ "subject_request", "privacy_requests" }, { "transfer", "transfers" },
	{ "chase", "consent_to_follow" }, { "place_refusal", "places" },
	{ "boarding", "boarders" }, { "mixed_member", "mixed_groups" },
	{ "noon", "noon_sheet" }, { "meal_mark", "noon_sheet" },
	{ "attendance", "rollcall_sheet" }, { "leaving", "leaving_sheet" },
	{ "late_pickup", "not_collected" },
};

static bool
is_told(const struct timeline *all, const struct registry_table *t)
{
	for (size_t i = 0; i < sizeof told / sizeof *told; i++)
		if (strcmp(t->name, told[i].table) == 0) {
			const struct domain_entry *view = domain_view(told[i].view);

			return view != NULL && (view->roles & all->roles) != 0;
		}
	return false;
}

/* ---- one row that is about the child ---- */

static json_t *
text_of(struct value v)
{
	char number[24];

	if (v.type == VALUE_TEXT)
		return json_stringn((const char *)v.p, v.len);
	if (v.type != VALUE_INT)
		return json_string("");
	snprintf(number, sizeof number, "%lld", (long long)v.i);
	return json_string(number);
}

/* Daily entries: only what was changed afterwards is told. */
static bool
daily(const struct registry_table *t)
{
	return strcmp(t->name, "attendance") == 0 || strcmp(t->name, "leaving") == 0;
}

static const char *
change_of(const struct batch_row *row)
{
	return row->op == BATCH_DELETE ? "gone" : row->op == BATCH_WHOLE ? "new" : "edit";
}

static const char *
author(const struct timeline *all)
{
	const struct roster *roster = replica_roster(all->replica);
	const struct stream_id *id = store_stream_id(replica_store(all->replica), all->writer);
	const struct roster_cert *cert = id != NULL ? roster_node(roster, &id->node) : NULL;
	const struct roster_school *school = roster_school(roster, id != NULL ? id->scope : 0);

	if (cert != NULL && cert->role != ROLE_SCHOOL)
		return roster->name;
	return school != NULL ? school->name : "";
}

/* What the row says: keys beside the child and the school, then what was written. */
static json_t *
fields_of(const struct batch_table *t, uint32_t at, uint64_t written)
{
	const struct registry_table *table = t->table;
	json_t *fields = json_object();

	for (unsigned c = 1; fields != NULL && c < table->ncolumns; c++) {
		const struct registry_column *column = &table->columns[c];

		if ((int)c == table->subject)
			continue;
		if (c < table->nkeys || (t->rows[at].mask & UINT64_C(1) << c) != 0)
			json_object_set_new(fields, column->name,
			    column->privacy == PRIVACY_PRIVATE && batch_cell(t, c, at)->type != VALUE_NULL
			        ? json_null() : text_of(*batch_cell(t, c, at)));
		else if ((written & UINT64_C(1) << c) != 0)
			json_object_set_new(fields, column->name, json_null());
	}
	return fields;
}

static int
grow(struct timeline *all)
{
	size_t cap = all->cap != 0 ? 2 * all->cap : 64;
	struct entry *list;

	if (all->n < all->cap)
		return STATUS_OK;
	list = realloc(all->list, cap * sizeof *list);
	if (list == NULL)
		return STATUS_NOMEM;
	all->list = list;
	all->cap = cap;
	return STATUS_OK;
}

static int
add(struct timeline *all, const struct batch *b, const struct batch_table *t, uint32_t at,
    uint64_t written)
{
	const struct batch_row *row = &t->rows[at];
	const struct batch_tx *tx = &b->txs[row->tx];
	char staff[24];
	json_t *line;

	if (daily(t->table) && row->op == BATCH_WHOLE && row->length == 1)
		return STATUS_OK;
	if (grow(all) != STATUS_OK)
		return STATUS_NOMEM;
	snprintf(staff, sizeof staff, "%lld", (long long)tx->staff);
	line = json_pack("{s:I, s:s, s:s, s:s, s:s, s:o}", "at_ms",
	    (json_int_t)tx->time_s * 1000, "staff", staff, "from", author(all), "table",
	    t->table->name, "change", change_of(row), "fields", fields_of(t, at, written));
	if (line == NULL)
		return STATUS_NOMEM;
	all->list[all->n++] = (struct entry){ .stamp = row->stamp, .row = line };
	return STATUS_OK;
}

/* ---- all rows ---- */

static bool
about(const struct timeline *all, const struct batch_table *t, uint32_t at)
{
	const struct value *v;

	if (t->table == NULL || t->table->subject < 0 || !is_told(all, t->table))
		return false;
	v = batch_cell(t, (unsigned)t->table->subject, at);
	return v->type == VALUE_INT && v->i == all->pupil;
}

/* facts: what was written, private columns too; NULL where the batch itself says it. */
static int
add_batch(struct timeline *all, const struct batch *b, const struct batch *facts)
{
	int status = STATUS_OK;

	for (uint32_t i = 0; i < b->ntables; i++) {
		const struct batch_table *t = &b->tables[i];

		for (uint32_t at = 0; status == STATUS_OK && at < t->nrows; at++)
			if (about(all, t, at))
				status = add(all, b, t, at,
				    (facts != NULL ? &facts->tables[i] : t)->rows[at].mask);
	}
	return status;
}

static bool
touches(const struct timeline *all, const struct batch *b)
{
	for (uint32_t i = 0; i < b->ntables; i++)
		for (uint32_t at = 0; at < b->tables[i].nrows; at++)
			if (about(all, &b->tables[i], at))
				return true;
	return false;
}

/* Facts first: few segments are about one child. */
static int
see_segment(void *ctx, const struct store_segment *seg)
{
	struct timeline *all = ctx;
	struct segment s = { 0 };
	struct batch facts, whole;
	int status, added = STATUS_OK;

	batch_init(&facts);
	batch_init(&whole);
	status = segment_open(seg->packed, seg->packed_len, &s);
	if (status == STATUS_OK)
		status = segment_facts(&s, schema_domain.registry, &facts);
	if (status == STATUS_OK && touches(all, &facts)) {
		status = segment_decode(&s, schema_domain.registry, NULL, 0, &whole);
		if (status == STATUS_OK)
			added = add_batch(all, &whole, &facts);
	}
	batch_release(&whole);
	batch_release(&facts);
	segment_release(&s);
	/* Nonsense was never applied. */
	return status == STATUS_NOMEM ? status : added;
}

/* What is not sealed yet: the log of an own stream. */
static int
see_log(struct timeline *all)
{
	struct batch b;
	uint64_t first = 0;
	int status;

	batch_init(&b);
	status = store_log_read(replica_store(all->replica), all->writer, &first, &b);
	if (status == STATUS_OK)
		status = add_batch(all, &b, NULL);
	batch_release(&b);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static int
newer(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return x->stamp < y->stamp ? 1 : x->stamp > y->stamp ? -1 : 0;
}

static int
collect(struct timeline *all)
{
	struct store *store = replica_store(all->replica);
	const struct node_id *self = &replica_self(all->replica)->id;
	uint64_t scope = replica_scope(all->replica);
	int status = STATUS_OK;

	for (uint32_t w = 1; status == STATUS_OK && w <= store_stream_count(store); w++) {
		const struct stream_id *id = store_stream_id(store, w);

		if (id == NULL || id->scope != scope)
			continue;
		all->writer = w;
		status = store_segments(store, w, 0, see_segment, all);
		if (status == STATUS_OK && node_id_compare(&id->node, self) == 0)
			status = see_log(all);
	}
	return status;
}

static int
note(const struct runtime *rt, const struct domain_user *user, const struct timeline *all)
{
	const struct runtime_access access = { .view = "timeline",
		.fields = "name birth student_no", .school = value_int((int64_t)rt->scope),
		.pupil = value_int(all->pupil), .rows = all->n };

	return all->n > 0 ? runtime_note(rt, user->staff, &access) : STATUS_OK;
}

int
timeline_rows(struct replica *r, const struct domain_user *user, int64_t pupil,
    json_t **ret, bool *ret_more, struct domain_error *ret_error)
{
	struct runtime rt = domain_runtime(r);
	struct timeline all = { .replica = r, .pupil = pupil };
	json_t *rows;
	int status = runtime_allow(&rt, user, DOMAIN_TEACHER | DOMAIN_HEAD, &all.roles,
	    ret_error);

	if (status != STATUS_OK)
		return status;
	rows = json_array();
	status = rows != NULL ? collect(&all) : STATUS_NOMEM;
	if (status == STATUS_OK)
		status = note(&rt, user, &all);
	if (status == STATUS_OK && all.n > 0)
		qsort(all.list, all.n, sizeof *all.list, newer);
	for (size_t i = 0; i < all.n; i++)
		if (status == STATUS_OK && i < TIMELINE_MAX_ROWS)
			json_array_append_new(rows, all.list[i].row);
		else
			json_decref(all.list[i].row);
	free(all.list);
	if (status != STATUS_OK) {
		json_decref(rows);
		return runtime_fail(&rt, status, ret_error);
	}
	*ret = rows;
	*ret_more = all.n > TIMELINE_MAX_ROWS;
	return STATUS_OK;
}
