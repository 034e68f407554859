#include "schema/runtime_sql.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/schema_registry.h"
#include "schema/runtime.h"

#define EXACT_DOUBLE (INT64_C(1) << 53) /* larger ids are strings in JSON */

void
runtime_sql_release(struct runtime_sql_binds *b)
{
	for (size_t i = 0; i < b->nowned; i++)
		free(b->owned[i]);
}

void
runtime_sql_bind(struct runtime_sql_binds *b, const char *name, struct value v)
{
	assert(b->n < RUNTIME_SQL_MAX_BINDS);
	b->names[b->n] = name;
	b->values[b->n++] = v;
}

static json_t *
json_of_value(struct value v)
{
	char number[24];

	switch (v.type) {
	case VALUE_INT:
		if (v.i <= EXACT_DOUBLE && v.i >= -EXACT_DOUBLE)
			return json_integer(v.i);
		snprintf(number, sizeof(number), "%lld", (long long)v.i);
		return json_string(number);
	case VALUE_TEXT:
		return json_stringn((const char *)v.p, v.len);
	default:
		return json_null();
	}
}

/* Canonical values one after the other (keys in the inbox) as an array. */
static json_t *
json_of_key(struct value v)
{
	json_t *list = json_array();
	struct reader r;

	reader_init(&r, v.p, v.len);
	while (list && r.left > 0 && !r.failed) {
		struct value part = value_read(&r);

		if (!r.failed && json_array_append_new(list, json_of_value(part)) < 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

/* A row with table_id and column_id also tells their names. */
static int
add_names(json_t *row)
{
	json_t *table = json_object_get(row, "table_id");
	json_t *column = json_object_get(row, "column_id");
	const struct registry_table *t;
	int i;

	if (!table || !column)
		return STATUS_OK;
	i = registry_find(&schema_registry, (uint16_t)json_integer_value(table));
	if (i < 0)
		return STATUS_OK;
	t = &schema_registry.tables[i];
	i = registry_column(t, (uint16_t)json_integer_value(column));
	if (json_object_set_new(row, "table", json_string(t->name)) < 0
	    || (i >= 0 && json_object_set_new(row, "column",
	    json_string(t->columns[i].name)) < 0))
		return STATUS_NOMEM;
	return STATUS_OK;
}

static int
append_row(struct store_stmt *st, json_t *rows)
{
	json_t *row = json_object();
	int n = store_columns(st);

	if (!row)
		return STATUS_NOMEM;
	for (int i = 0; i < n; i++) {
		struct value v = store_column(st, i);
		bool key = v.type == VALUE_BLOB
		    && strcmp(store_column_name(st, i), "row_key") == 0;
		json_t *cell = key ? json_of_key(v) : json_of_value(v);

		if (!cell || json_object_set_new(row, store_column_name(st, i), cell) < 0) {
			json_decref(row);
			return STATUS_NOMEM;
		}
	}
	if (json_array_size(rows) >= RUNTIME_MAX_ROWS || add_names(row) != STATUS_OK) {
		json_decref(row);
		return STATUS_TOO_LARGE;
	}
	return json_array_append_new(rows, row) < 0 ? STATUS_NOMEM : STATUS_OK;
}

static int
run_statement(struct store_stmt *st, const struct runtime_sql_binds *b, json_t *rows)
{
	int status = STATUS_OK;
	bool row;

	for (size_t i = 0; i < b->n && status == STATUS_OK; i++)
		status = store_bind(st, b->names[i], b->values[i]);
	for (;;) {
		if (status == STATUS_OK)
			status = store_step(st, &row);
		if (status != STATUS_OK || !row)
			break;
		if (store_columns(st) > 0)
			status = append_row(st, rows);
	}
	store_reset(st);
	return status;
}

int
runtime_sql_run(struct store *s, const char *sql, const struct runtime_sql_binds *b, bool readonly,
    json_t *rows)
{
	int status = STATUS_OK;

	while (status == STATUS_OK && sql[strspn(sql, " \t\r\n")] != '\0') {
		struct store_stmt *st;
		const char *tail;

		status = store_prepare(s, sql, &st, &tail);
		if (status != STATUS_OK)
			break;
		if (readonly && !store_readonly(st)) {
			store_reset(st);
			return STATUS_USAGE;
		}
		json_array_clear(rows);
		status = run_statement(st, b, rows);
		sql = tail;
	}
	return status;
}

int
runtime_sql_integer(struct store *s, const char *sql, uint64_t school, int64_t *ret)
{
	struct store_stmt *st;
	const char *tail;
	bool row = false;
	int status = store_prepare(s, sql, &st, &tail);

	if (status != STATUS_OK)
		return status;
	status = store_bind(st, "school", value_int((int64_t)school));
	if (status == STATUS_OK)
		status = store_step(st, &row);
	if (status == STATUS_OK)
		*ret = row ? store_column(st, 0).i : 0;
	store_reset(st);
	return status;
}
