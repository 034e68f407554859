/* A database of an older registry gains tables and columns.
 *
 * Every table has a CHECK over all its columns, so one that gains some is made
 * anew beside a copy.  Rows and versions stay; a new column gets version 0 as an
 * exception, because the row's own version may be of a later write than the one
 * that made the row, and only the segments tell which. */
#include "sync/store_internal.h"

#include <string.h>

/* ---- versions of a row that is made anew ---- */

static void
fn_renewed(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	const struct store *s = sqlite3_user_data(ctx);
	const struct registry_table *t = s->renewing;
	struct buffer packed = BUFFER_INIT;
	struct row row = {0};
	struct value v;

	(void)argc;
	if (t == NULL || row_unpack(t, store_value(argv[0]), &row) != STATUS_OK) {
		sqlite3_result_error(ctx, "a row's versions cannot be read", -1);
		return;
	}
	for (unsigned i = t->nkeys; i < t->ncolumns; i++)
		if (s->renewing_fresh >> i & 1)
			row.versions[i] = 0;
	v = row_pack(t, &row, &packed);
	if (buffer_status(&packed) != STATUS_OK)
		sqlite3_result_error_nomem(ctx);
	else if (v.type == VALUE_INT)
		sqlite3_result_int64(ctx, v.i);
	else
		sqlite3_result_blob(ctx, v.p, (int)v.len, SQLITE_TRANSIENT);
	buffer_release(&packed);
}

int
store_upgrade_functions(struct store *s)
{
	return store_translate(s, sqlite3_create_function_v2(s->db, "kehou_renewed", 1,
	    SQLITE_UTF8 | SQLITE_DIRECTONLY, s, fn_renewed, NULL, NULL, NULL));
}

/* ---- one table ---- */

/* Which columns the database's table has; ret_there false: no such table. */
static int
present(struct store *s, const struct registry_table *t, uint64_t *ret_mask,
    bool *ret_there)
{
	struct store_stmt *st;
	bool row;
	int status = store_statement(s, SYNC_SQL_TABLE_COLUMNS, &st);

	if (status != STATUS_OK)
		return status;
	*ret_mask = 0;
	*ret_there = false;
	store_bind_at(st, 1, value_text(t->name, strlen(t->name)));
	while ((status = store_step(st, &row)) == STATUS_OK && row) {
		struct value name = store_column(st, 0);
		unsigned i = 0;

		*ret_there = true;
		if (value_equal(name, value_text("row_version", 11)))
			continue;
		while (i < t->ncolumns && !value_equal(name,
		    value_text(t->columns[i].name, strlen(t->columns[i].name))))
			i++;
		if (i == t->ncolumns) {
			/* Ids are for ever: no schema takes a column away. */
			status = STATUS_CORRUPT;
			break;
		}
		*ret_mask |= UINT64_C(1) << i;
	}
	store_reset(st);
	return status;
}

/* Texts of the indexes and triggers that migrations made, each with its NUL. */
static int
extras(struct store *s, const struct registry_table *t, struct buffer *ret)
{
	struct store_stmt *st;
	bool row;
	int status = store_statement(s, SYNC_SQL_TABLE_EXTRAS, &st);

	if (status != STATUS_OK)
		return status;
	store_bind_at(st, 1, value_text(t->name, strlen(t->name)));
	while ((status = store_step(st, &row)) == STATUS_OK && row) {
		struct value sql = store_column(st, 0);

		buffer_put(ret, sql.p, sql.len);
		buffer_put_u8(ret, 0);
	}
	store_reset(st);
	return status == STATUS_OK ? buffer_status(ret) : status;
}

static int
renew(struct store *s, const struct registry_table *t, uint64_t fresh)
{
	struct buffer texts = BUFFER_INIT;
	int status = extras(s, t, &texts);

	if (status == STATUS_OK)
		status = store_exec(s, t->save);
	for (unsigned i = 0; status == STATUS_OK && i < t->ncolumns; i++)
		if (fresh >> i & 1)
			status = store_exec(s, t->adds[i]);
	s->renewing = t;
	s->renewing_fresh = fresh;
	if (status == STATUS_OK)
		status = store_exec(s, t->renew);
	s->renewing = NULL;
	for (size_t at = 0; status == STATUS_OK && at < texts.len;) {
		const char *sql = (const char *)texts.data + at;

		status = store_exec(s, sql);
		at += strlen(sql) + 1;
	}
	buffer_release(&texts);
	return status;
}

/* ---- what was added, until the segments were read again ---- */

static int
note_added(struct store *s, const struct registry_table *t, uint64_t fresh)
{
	struct buffer b = BUFFER_INIT;
	uint64_t ids = 0;
	int status = store_meta_get(s, "store", "upgraded", &b);

	for (unsigned i = 0; i < t->ncolumns; i++)
		if (fresh >> i & 1)
			ids |= UINT64_C(1) << t->columns[i].id;
	buffer_put_varint(&b, t->id);
	buffer_put_varint(&b, ids);
	if (status == STATUS_OK || status == STATUS_NOT_FOUND)
		status = buffer_status(&b);
	if (status == STATUS_OK)
		status = store_meta_set(s, "store", "upgraded", b.data, b.len);
	buffer_release(&b);
	return status;
}

int
store_upgrade_table(struct store *s, const struct registry_table *t, bool note)
{
	uint64_t all = (UINT64_C(1) << t->ncolumns) - 1, mask;
	bool there;
	int status = present(s, t, &mask, &there);

	if (status != STATUS_OK || (there && mask == all))
		return status;
	if (there && (all & ~mask & ~registry_value_mask(t)) != 0)
		return STATUS_CORRUPT; /* a key for ever, too */
	status = there ? renew(s, t, all & ~mask) : store_exec(s, t->create);
	if (status == STATUS_OK && note)
		status = note_added(s, t, all & ~mask);
	return status;
}

int
store_upgraded(struct store *s, uint64_t *ret_masks, bool *ret_any)
{
	struct buffer b = BUFFER_INIT;
	struct reader r;
	int status = store_meta_get(s, "store", "upgraded", &b);

	*ret_any = status == STATUS_OK;
	memset(ret_masks, 0, s->registry->ntables * sizeof(*ret_masks));
	reader_init(&r, b.data, b.len);
	while (status == STATUS_OK && r.left > 0 && !r.failed) {
		int at = registry_find(s->registry, (uint16_t)reader_varint(&r));
		uint64_t ids = reader_varint(&r);

		if (r.failed || at < 0) {
			status = STATUS_CORRUPT;
			break;
		}
		for (unsigned i = 0; i < s->registry->tables[at].ncolumns; i++)
			if (ids >> s->registry->tables[at].columns[i].id & 1)
				ret_masks[at] |= UINT64_C(1) << i;
	}
	buffer_release(&b);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

int
store_upgrade_done(struct store *s)
{
	return store_meta_set(s, "store", "upgraded", NULL, 0);
}
