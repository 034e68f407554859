/* Merged rows into their tables: in bulk by one statement a table that reads the
 * decoded arrays through the virtual table kehou_rows; the rest row by row. */
#include "sync/store_internal.h"

#include <stdlib.h>
#include <string.h>

/* ---- kehou_rows: an eponymous, read-only view of store.rows ---- */

struct rows_table {
	sqlite3_vtab base;
	struct store *store;
};

static int
rows_connect(sqlite3 *db, void *ctx, int argc, const char *const *argv,
    sqlite3_vtab **ret, char **ret_error)
{
	struct rows_table *t;
	int rc;

	(void)argc;
	(void)argv;
	(void)ret_error;
	rc = sqlite3_declare_vtab(db, SYNC_SQL_ROWS);
	if (rc != SQLITE_OK)
		return rc;
	t = sqlite3_malloc(sizeof(*t));
	if (t == NULL)
		return SQLITE_NOMEM;
	memset(t, 0, sizeof(*t));
	t->store = ctx;
	*ret = &t->base;
	return SQLITE_OK;
}

static int
rows_disconnect(sqlite3_vtab *t)
{
	sqlite3_free(t);
	return SQLITE_OK;
}

static int
rows_best_index(sqlite3_vtab *t, sqlite3_index_info *info)
{
	(void)t;
	info->estimatedCost = 1000;
	return SQLITE_OK;
}

static int
rows_open(sqlite3_vtab *t, sqlite3_vtab_cursor **ret)
{
	(void)t;
	*ret = sqlite3_malloc(sizeof(**ret));
	return *ret == NULL ? SQLITE_NOMEM : SQLITE_OK;
}

static int
rows_close(sqlite3_vtab_cursor *c)
{
	sqlite3_free(c);
	return SQLITE_OK;
}

static struct store *
store_of(const sqlite3_vtab_cursor *c)
{
	return ((struct rows_table *)c->pVtab)->store;
}

static void
skip_slow(struct store *s)
{
	while (s->rows_at < s->rows->nrows && s->rows->rows[s->rows_at].slow != 0)
		s->rows_at++;
}

static int
rows_filter(sqlite3_vtab_cursor *c, int index, const char *name, int argc,
    sqlite3_value **argv)
{
	struct store *s = store_of(c);

	(void)index;
	(void)name;
	(void)argc;
	(void)argv;
	if (s->rows == NULL)
		return SQLITE_MISUSE;
	s->rows_at = 0;
	skip_slow(s);
	return SQLITE_OK;
}

static int
rows_next(sqlite3_vtab_cursor *c)
{
	struct store *s = store_of(c);

	s->rows_at++;
	skip_slow(s);
	return SQLITE_OK;
}

static int
rows_eof(sqlite3_vtab_cursor *c)
{
	const struct store *s = store_of(c);

	return s->rows_at >= s->rows->nrows;
}

static void
give(sqlite3_context *ctx, struct value v)
{
	switch (v.type) {
	case VALUE_INT:
		sqlite3_result_int64(ctx, v.i);
		break;
	case VALUE_TEXT:
		sqlite3_result_text(ctx, v.len == 0 ? "" : (const char *)v.p,
		    (int)v.len, SQLITE_STATIC);
		break;
	case VALUE_BLOB:
		if (v.len == 0)
			sqlite3_result_zeroblob(ctx, 0);
		else
			sqlite3_result_blob(ctx, v.p, (int)v.len, SQLITE_STATIC);
		break;
	default:
		sqlite3_result_null(ctx);
		break;
	}
}

static int
rows_column(sqlite3_vtab_cursor *c, sqlite3_context *ctx, int column)
{
	const struct store *s = store_of(c);
	const struct batch_table *t = s->rows;
	const struct batch_row *row = &t->rows[s->rows_at];

	if (column == REGISTRY_MAX_COLUMNS)
		sqlite3_result_int64(ctx,
		    row_version_pack(VERSION(row->stamp, s->rows_writer)).i);
	else if (column >= t->table->ncolumns)
		sqlite3_result_null(ctx);
	else if (column >= t->table->nkeys && !(row->mask >> column & 1))
		give(ctx, t->table->columns[column].missing);
	else
		give(ctx, *batch_cell(t, (unsigned)column, s->rows_at));
	return SQLITE_OK;
}

static int
rows_rowid(sqlite3_vtab_cursor *c, sqlite3_int64 *ret)
{
	*ret = store_of(c)->rows_at;
	return SQLITE_OK;
}

int
store_rows_module(struct store *s)
{
	static const sqlite3_module module = {
		.iVersion = 0,
		.xConnect = rows_connect,
		.xBestIndex = rows_best_index,
		.xDisconnect = rows_disconnect,
		.xOpen = rows_open,
		.xClose = rows_close,
		.xFilter = rows_filter,
		.xNext = rows_next,
		.xEof = rows_eof,
		.xColumn = rows_column,
		.xRowid = rows_rowid,
	};

	return store_translate(s, sqlite3_create_module(s->db, "kehou_rows", &module,
	    s));
}

/* ---- bulk ---- */

static int
tomb_of(struct store *s, const struct batch_table *t, uint32_t row, bool *ret)
{
	struct value keys[REGISTRY_MAX_KEYS];
	uint32_t length = 0;
	int64_t version;
	int status;

	for (unsigned k = 0; k < t->table->nkeys; k++)
		keys[k] = *batch_cell(t, k, row);
	status = store_tomb(s, t->table, keys, &length, &version);
	*ret = length != 0;
	return status;
}

int
store_apply(struct store *s, struct batch_table *t, uint32_t writer)
{
	bool tombs = s->tombed[t->table - s->registry->tables];
	struct store_stmt *st;
	int status = STATUS_OK;

	for (uint32_t i = 0; i < t->nrows; i++) {
		struct batch_row *r = &t->rows[i];
		bool dead = false;

		if (r->slow >= 2)
			continue;
		r->slow = r->op != BATCH_WHOLE || r->length != 1;
		if (tombs && r->slow == 0) {
			status = tomb_of(s, t, i, &dead);
			if (status != STATUS_OK)
				return status;
			r->slow = dead;
		}
	}
	status = store_touch(s, s->streams[writer - 1].id.scope);
	if (status == STATUS_OK)
		status = store_statement(s, t->table->apply, &st);
	if (status != STATUS_OK)
		return status;
	s->rows = t;
	s->rows_writer = writer;
	status = store_run(st);
	s->rows = NULL;
	return status;
}

/* ---- single rows ---- */

void
store_key(const struct registry_table *t, const struct value *keys, struct buffer *ret)
{
	for (unsigned k = 0; k < t->nkeys; k++)
		value_put(ret, keys[k]);
}

uint64_t
store_row_scope(const struct registry_table *t, const struct value *keys)
{
	return t->scope == REGISTRY_COUNTY ? SCOPE_COUNTY : (uint64_t)keys[0].i;
}

int
store_tomb(struct store *s, const struct registry_table *t,
    const struct value *keys, uint32_t *ret_length, int64_t *ret_version)
{
	struct store_stmt *st;
	bool row = false;
	int status;

	*ret_length = 0;
	*ret_version = 0;
	if (!s->tombed[t - s->registry->tables])
		return STATUS_OK;
	buffer_clear(&s->key);
	store_key(t, keys, &s->key);
	status = buffer_status(&s->key);
	if (status == STATUS_OK)
		status = store_statement(s, SYNC_SQL_TOMB_GET, &st);
	if (status != STATUS_OK)
		return status;
	store_bind_at(st, 1, value_int(t->id));
	store_bind_at(st, 2, value_blob(s->key.data, s->key.len));
	status = store_step(st, &row);
	if (status == STATUS_OK && row) {
		*ret_length = (uint32_t)store_column(st, 0).i;
		*ret_version = store_column(st, 1).i;
	}
	store_reset(st);
	return status;
}

/* Copies the cells out of a statement, which gives them up at its reset. */
static int
copy_cells(struct store *s, const struct store_stmt *st,
    const struct registry_table *t, struct row *ret)
{
	size_t at = 0, need = 0;

	for (int i = t->nkeys; i < t->ncolumns; i++) {
		struct value v = store_column(st, i - t->nkeys);

		need += v.type == VALUE_TEXT || v.type == VALUE_BLOB ? v.len : 0;
	}
	buffer_clear(&s->got);
	if (need > 0 && buffer_extend(&s->got, need) == NULL)
		return STATUS_NOMEM;
	for (int i = t->nkeys; i < t->ncolumns; i++) {
		struct value v = store_column(st, i - t->nkeys);

		if ((v.type == VALUE_TEXT || v.type == VALUE_BLOB) && v.len > 0) {
			memcpy(s->got.data + at, v.p, v.len);
			v.p = s->got.data + at;
			at += v.len;
		}
		ret->values[i] = v;
	}
	return STATUS_OK;
}

int
store_get(struct store *s, const struct registry_table *t, const struct value *keys,
    struct row *ret)
{
	struct store_stmt *st;
	bool row = false;
	int status = store_statement(s, t->get, &st);
	int n = t->ncolumns - t->nkeys;

	if (status != STATUS_OK)
		return status;
	memset(ret, 0, sizeof(*ret));
	for (int k = 0; k < t->nkeys; k++) {
		store_bind_at(st, k + 1, keys[k]);
		ret->values[k] = keys[k];
	}
	status = store_step(st, &row);
	if (status == STATUS_OK && row) {
		status = row_unpack(t, store_column(st, n), ret);
		if (status == STATUS_OK)
			status = copy_cells(s, st, t, ret);
		ret->exists = true;
	}
	store_reset(st);
	if (status == STATUS_OK && !row)
		status = store_tomb(s, t, keys, &ret->length, &ret->version);
	return status;
}

static int
put_tomb(struct store *s, const struct registry_table *t, const struct row *row)
{
	struct store_stmt *st;
	int status;

	buffer_clear(&s->key);
	store_key(t, row->values, &s->key);
	status = store_statement(s, row->exists ? SYNC_SQL_TOMB_REMOVE :
	    SYNC_SQL_TOMB_SET, &st);
	if (status != STATUS_OK)
		return status;
	store_bind_at(st, 1, value_int(t->id));
	store_bind_at(st, 2, value_blob(s->key.data, s->key.len));
	if (!row->exists) {
		store_bind_at(st, 3, value_int((int64_t)store_row_scope(t, row->values)));
		store_bind_at(st, 4, value_int(row->length));
		store_bind_at(st, 5, value_int(row->version));
		s->tombed[t - s->registry->tables] = true;
	}
	return store_run(st);
}

static int
drop_row(struct store *s, const struct registry_table *t, const struct row *row)
{
	struct store_stmt *st;
	int status = store_statement(s, t->drop, &st);

	if (status != STATUS_OK)
		return status;
	for (int k = 0; k < t->nkeys; k++)
		store_bind_at(st, k + 1, row->values[k]);
	return store_run(st);
}

int
store_put(struct store *s, const struct registry_table *t, struct row *row)
{
	struct buffer packed = BUFFER_INIT;
	struct store_stmt *st;
	struct value version;
	int status = store_touch(s, store_row_scope(t, row->values));

	if (status == STATUS_OK && (!row->exists || s->tombed[t - s->registry->tables]))
		status = put_tomb(s, t, row);
	if (status != STATUS_OK)
		return status;
	if (!row->exists)
		return drop_row(s, t, row);
	version = row_pack(t, row, &packed);
	status = buffer_status(&packed);
	if (status == STATUS_OK)
		status = store_statement(s, t->put, &st);
	if (status == STATUS_OK) {
		for (int i = 0; i < t->ncolumns; i++)
			store_bind_at(st, i + 1, row->values[i]);
		store_bind_at(st, t->ncolumns + 1, version);
		status = store_run(st);
	}
	buffer_release(&packed);
	return status;
}

int
store_forget(struct store *s, const struct registry_table *t, const struct value *keys)
{
	struct row row = { .exists = true };
	int status = store_touch(s, store_row_scope(t, keys));

	memcpy(row.values, keys, t->nkeys * sizeof(*keys));
	if (status == STATUS_OK)
		status = put_tomb(s, t, &row); /* of a living row: removes it */
	return status == STATUS_OK ? drop_row(s, t, &row) : status;
}

int
store_tombs_load(struct store *s)
{
	struct store_stmt *st;
	bool row;
	int status = store_statement(s, SYNC_SQL_TOMB_TABLES, &st);

	if (status != STATUS_OK)
		return status;
	memset(s->tombed, 0, s->registry->ntables * sizeof(*s->tombed));
	while ((status = store_step(st, &row)) == STATUS_OK && row) {
		int i = registry_find(s->registry, (uint16_t)store_column(st, 0).i);

		if (i >= 0)
			s->tombed[i] = true;
	}
	store_reset(st);
	return status;
}
