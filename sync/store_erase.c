/* Persons who were erased: which rows are theirs, and what of them goes. */
#include "sync/store_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
one_count(struct store_stmt *st, uint64_t *ret)
{
	bool row = false;
	int status = store_step(st, &row);

	if (status == STATUS_OK)
		*ret = row ? (uint64_t)store_column(st, 0).i : 0;
	store_reset(st);
	return status;
}

int
store_erased_load(struct store *s)
{
	struct store_stmt *st;
	bool row = false;
	int status = store_statement(s, SYNC_SQL_ERASED_COUNT, &st);

	if (status != STATUS_OK)
		return status;
	status = store_step(st, &row);
	if (status == STATUS_OK && row) {
		s->erased = (uint64_t)store_column(st, 0).i;
		s->erasing = (uint64_t)store_column(st, 1).i;
	}
	store_reset(st);
	return status;
}

uint64_t
store_blank_mask(const struct registry_table *t)
{
	uint64_t mask = 0;

	if (t->subject < 0)
		return 0;
	for (unsigned i = t->nkeys; i < t->ncolumns; i++)
		if (t->columns[i].privacy == PRIVACY_SUBJECT ||
		    t->columns[i].privacy == PRIVACY_PRIVATE)
			mask |= UINT64_C(1) << i;
	return mask;
}

/* Runs a statement of a number and a blob; one that gives a count when ret is
 * there. */
static int
with_blob(struct store *s, const char *sql, int64_t number, const struct buffer *b,
    uint64_t *ret)
{
	struct store_stmt *st;
	int status = buffer_status(b);

	if (status == STATUS_OK)
		status = store_statement(s, sql, &st);
	if (status != STATUS_OK)
		return status;
	store_bind_at(st, 1, value_int(number));
	store_bind_at(st, 2, value_blob(b->data, b->len));
	return ret == NULL ? store_run(st) : one_count(st, ret);
}

int
store_erase_add(struct store *s, uint64_t scope, struct value person)
{
	struct buffer b = BUFFER_INIT;
	int status;

	value_put(&b, person);
	status = with_blob(s, SYNC_SQL_ERASED_ADD, (int64_t)scope, &b, NULL);
	buffer_release(&b);
	return status == STATUS_OK ? store_erased_load(s) : status;
}

static int
is_person_erased(struct store *s, uint64_t scope, struct value person, bool *ret)
{
	struct buffer b = BUFFER_INIT;
	uint64_t n = 0;
	int status;

	*ret = false;
	if (person.type == VALUE_NULL)
		return STATUS_OK;
	value_put(&b, person);
	status = with_blob(s, SYNC_SQL_ERASED_GET, (int64_t)scope, &b, &n);
	buffer_release(&b);
	*ret = n > 0;
	return status;
}

int
store_is_erased(struct store *s, const struct registry_table *t,
    const struct value *row, bool *ret)
{
	struct buffer b = BUFFER_INIT;
	uint64_t n = 0;
	bool again = false;
	int status;

	*ret = false;
	if (s->erased == 0 || t->scope != REGISTRY_SCHOOL || store_blank_mask(t) == 0)
		return STATUS_OK;
	status = is_person_erased(s, store_row_scope(t, row), row[t->subject], ret);
	if (status != STATUS_OK || t->subject < t->nkeys)
		return status;
	/* The person is no key: a row stays erased whatever is written into it. */
	store_key(t, row, &b);
	status = with_blob(s, SYNC_SQL_ERASED_ROW_GET, t->id, &b, &n);
	if (status == STATUS_OK && n == 0 && *ret) {
		status = with_blob(s, SYNC_SQL_ERASED_ROW_ADD, t->id, &b, NULL);
		again = true;
	}
	buffer_release(&b);
	*ret |= n > 0;
	/* Earlier writes of this row may not have named the person. */
	return status == STATUS_OK && again ? store_erase_again(s) : status;
}

int
store_is_leaf_erased(struct store *s, const struct registry_table *t,
    const struct value *row, bool *ret)
{
	int status = store_is_erased(s, t, row, ret);

	if (status != STATUS_OK || !*ret || t->subject < t->nkeys ||
	    row[t->subject].type == VALUE_NULL)
		return status;
	return is_person_erased(s, store_row_scope(t, row), row[t->subject], ret);
}

int
store_erase_again(struct store *s)
{
	struct store_stmt *st;
	int status = store_statement(s, SYNC_SQL_ERASED_AGAIN, &st);

	if (status == STATUS_OK)
		status = store_run(st);
	return status == STATUS_OK ? store_erased_load(s) : status;
}

bool store_erasing(const struct store *s) { return s->erasing > 0; }
bool store_has_erased(const struct store *s) { return s->erased > 0; }
uint64_t store_erased_count(const struct store *s) { return s->erased; }

int
store_erased_list(struct store *s, store_erased_visit *visit, void *ctx)
{
	struct store_stmt *st;
	bool row;
	int status = store_statement(s, SYNC_SQL_ERASED_LIST, &st);

	if (status != STATUS_OK)
		return status;
	while ((status = store_step(st, &row)) == STATUS_OK && row) {
		struct value person = store_column(st, 1);

		status = visit(ctx, (uint64_t)store_column(st, 0).i, person.p, person.len);
		if (status != STATUS_OK)
			break;
	}
	store_reset(st);
	return status;
}

int
store_erasing_scope(struct store *s, uint64_t scope, bool *ret)
{
	struct store_stmt *st;
	uint64_t n = 0;
	int status = store_statement(s, SYNC_SQL_ERASED_OPEN, &st);

	if (status != STATUS_OK)
		return status;
	store_bind_at(st, 1, value_int((int64_t)scope));
	status = one_count(st, &n);
	*ret = n > 0;
	return status;
}

bool
store_blank(const struct registry_table *t, struct row *row)
{
	uint64_t mask = store_blank_mask(t);
	bool changed = false;

	for (unsigned i = t->nkeys; row->exists && i < t->ncolumns; i++) {
		if (!(mask >> i & 1))
			continue;
		changed |= row->versions[i] != 0 ||
		    !value_equal(row->values[i], t->columns[i].missing);
		row->values[i] = t->columns[i].missing;
		row->versions[i] = 0;
	}
	return changed;
}

/* ---- what is written of them ---- */

void
store_note_emptied(struct store *s, const struct registry_table *t,
    const struct value *values)
{
	uint64_t mask = store_blank_mask(t);

	for (unsigned i = t->nkeys; i < t->ncolumns; i++)
		s->emptied |= (mask >> i & 1) &&
		    !value_equal(values[i], t->columns[i].missing);
}

int
store_forget_emptied(struct store *s, uint32_t rows)
{
	if (!s->emptied)
		return STATUS_OK;
	if (rows > 0)
		return store_answers_forget(s);
	(void)snprintf(s->refusal, sizeof(s->refusal), "R18.erased");
	return STATUS_REFUSED;
}

bool store_emptied(const struct store *s) { return s->emptied; }

/* ---- what is there already ---- */

/* Keys of the erased persons' rows, one after the other. */
static int
collect_rows(struct store *s, const struct registry_table *t, uint64_t scope,
    struct buffer *ret, uint64_t *ret_n)
{
	struct value row[REGISTRY_MAX_COLUMNS];
	struct store_stmt *st;
	bool more;
	int status = store_statement(s, t->scan, &st);

	if (status != STATUS_OK)
		return status;
	store_bind_at(st, 1, value_int((int64_t)scope));
	while ((status = store_step(st, &more)) == STATUS_OK && more) {
		bool erased;

		for (int i = 0; i < t->ncolumns; i++)
			row[i] = store_column(st, i);
		status = store_is_erased(s, t, row, &erased);
		if (status != STATUS_OK)
			break;
		if (erased) {
			store_key(t, row, ret);
			++*ret_n;
		}
	}
	store_reset(st);
	return status == STATUS_OK ? buffer_status(ret) : status;
}

static int
blank_rows(struct store *s, const struct registry_table *t, uint64_t scope)
{
	struct buffer keys = BUFFER_INIT;
	struct reader r;
	uint64_t n = 0;
	int status = collect_rows(s, t, scope, &keys, &n);

	reader_init(&r, keys.data, keys.len);
	while (status == STATUS_OK && n-- > 0) {
		struct value key[REGISTRY_MAX_KEYS];
		struct row row;

		for (unsigned k = 0; k < t->nkeys; k++)
			key[k] = value_read(&r);
		status = store_get(s, t, key, &row);
		if (status == STATUS_OK && store_blank(t, &row))
			status = store_put(s, t, &row);
	}
	buffer_release(&keys);
	return status;
}

int
store_erase_rows(struct store *s, uint64_t scope)
{
	int status = store_touch(s, scope);

	for (size_t i = 0; i < s->registry->ntables; i++) {
		const struct registry_table *t = &s->registry->tables[i];

		if (status == STATUS_OK && t->scope == REGISTRY_SCHOOL && store_blank_mask(t) != 0)
			status = blank_rows(s, t, scope);
	}
	return status;
}

struct open_entries {
	struct store *s;
	int64_t *ids;
	size_t n, cap;
};

static int
erased_entry(void *ctx, const struct store_conflict *c)
{
	struct open_entries *e = ctx;
	struct value row[REGISTRY_MAX_COLUMNS] = {{{0}, 0, 0}};
	const struct registry_table *t;
	struct reader r;
	bool erased;
	int at = registry_find(e->s->registry, c->table), column, status;

	if (at < 0)
		return 0;
	t = &e->s->registry->tables[at];
	column = registry_column(t, c->column);
	if (column < 0 || !(store_blank_mask(t) >> column & 1))
		return 0;
	reader_init(&r, c->key.data, c->key.len);
	for (unsigned k = 0; k < t->nkeys; k++)
		row[k] = value_read(&r);
	status = store_is_erased(e->s, t, row, &erased);
	if (status != STATUS_OK || !erased)
		return status;
	if (e->n == e->cap) {
		size_t cap = e->cap == 0 ? 16 : 2 * e->cap;
		int64_t *ids = realloc(e->ids, cap * sizeof(*ids));

		if (ids == NULL)
			return STATUS_NOMEM;
		e->ids = ids;
		e->cap = cap;
	}
	e->ids[e->n++] = c->id;
	return 0;
}

static int
erase_inbox(struct store *s)
{
	struct open_entries e = { .s = s };
	int status = store_inbox(s, erased_entry, &e);

	for (size_t i = 0; status == STATUS_OK && i < e.n; i++) {
		struct store_stmt *st;

		status = store_statement(s, SYNC_SQL_INBOX_REMOVE, &st);
		if (status != STATUS_OK)
			break;
		store_bind_at(st, 1, value_int(e.ids[i]));
		status = store_run(st);
	}
	free(e.ids);
	return status == STATUS_OK ? store_inbox_count_load(s) : status;
}

int
store_erase_finish(struct store *s)
{
	struct store_stmt *st;
	int status = erase_inbox(s);

	if (status == STATUS_OK)
		status = store_answers_forget(s);
	if (status == STATUS_OK)
		status = store_statement(s, SYNC_SQL_ERASED_DONE, &st);
	if (status == STATUS_OK)
		status = store_run(st);
	return status == STATUS_OK ? store_erased_load(s) : status;
}

int
store_segment_replace(struct store *s, uint32_t writer, uint64_t first,
    const uint8_t *packed, size_t len)
{
	struct store_stmt *st;
	int status = store_statement(s, SYNC_SQL_SEGMENT_REPLACE, &st);

	if (status != STATUS_OK)
		return status;
	store_bind_at(st, 1, value_int(writer));
	store_bind_at(st, 2, value_int((int64_t)first));
	store_bind_at(st, 3, value_blob(packed, len));
	return store_run(st);
}

int
store_held_replace(struct store *s, int64_t id, const uint8_t *packed, size_t len)
{
	struct buffer b = { .data = (uint8_t *)(uintptr_t)packed, .len = len };

	return with_blob(s, SYNC_SQL_HELD_REPLACE, id, &b, NULL);
}

int
store_truncate_log(struct store *s)
{
	sqlite3_file *log = NULL;
	int status = store_exec(s, SYNC_SQL_TRUNCATE);

	/* SQLite does not sync it: after a power cut the old bytes would be back. */
	if (status == STATUS_OK && sqlite3_file_control(s->db, "main",
	    SQLITE_FCNTL_JOURNAL_POINTER, &log) == SQLITE_OK &&
	    log != NULL && log->pMethods != NULL &&
	    log->pMethods->xSync(log, SQLITE_SYNC_FULL) != SQLITE_OK)
		status = STATUS_IO;
	return status;
}
