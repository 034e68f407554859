/* A choice of what stands already changes no value; it is a write all the same. */
#include "sync/store_internal.h"

#include <string.h>

struct chosen {
	const struct registry_table *t; /* NULL: of a newer schema */
	int column;
	uint16_t table_id, column_id;
	struct buffer key;              /* owns what keys borrow */
	struct value keys[REGISTRY_MAX_KEYS];
};

static int
next_chosen(struct store *s, struct chosen *ret, bool *ret_any)
{
	struct store_stmt *st;
	struct value key;
	struct reader r;
	int index, status = store_statement(s, SYNC_SQL_INBOX_CHOSEN, &st);

	if (status == STATUS_OK)
		status = store_step(st, ret_any);
	if (status != STATUS_OK || !*ret_any) {
		store_reset(st);
		return status;
	}
	ret->table_id = (uint16_t)store_column(st, 0).i;
	ret->column_id = (uint16_t)store_column(st, 1).i;
	key = store_column(st, 2);
	buffer_clear(&ret->key);
	buffer_put(&ret->key, key.p, key.len);
	store_reset(st);
	index = registry_find(s->registry, ret->table_id);
	ret->t = index < 0 ? NULL : &s->registry->tables[index];
	ret->column = index < 0 ? -1 : registry_column(ret->t, ret->column_id);
	if (ret->key.failed)
		return STATUS_NOMEM;
	reader_init(&r, ret->key.data, ret->key.len);
	for (unsigned i = 0; ret->t != NULL && i < ret->t->nkeys; i++)
		ret->keys[i] = value_read(&r);
	return ret->t == NULL || reader_end(&r) == STATUS_OK ? STATUS_OK : STATUS_CORRUPT;
}

/* In another lane or scope, or without right, the choice stays here alone. */
static bool
may_say(const struct store *s, const struct chosen *c, bool alive)
{
	const struct store_author *a = &s->capture.author;
	uint64_t need;

	if (c->t == NULL || c->column < c->t->nkeys ||
	    store_row_scope(c->t, c->keys) != a->scope ||
	    (c->t->scope == REGISTRY_COUNTY) != (a->scope == SCOPE_COUNTY) ||
	    c->t->urgent != (a->lane == LANE_URGENT))
		return false;
	need = alive ? UINT64_C(1) << c->column : (UINT64_C(1) << c->t->nkeys) - 1;
	return a->rights == NULL ||
	    (a->rights[c->t - s->registry->tables] & need) == need;
}

static uint64_t
later(uint64_t stamp, int64_t version)
{
	uint64_t seen = VERSION_STAMP(version) + 1;

	return seen > stamp ? seen : stamp;
}

/* The value once more, or the deletion. */
static int
say_again(struct store *s, const struct chosen *c, struct row *row, struct buffer *rows)
{
	int64_t *version = row->exists ? &row->versions[c->column] : &row->version;
	struct batch_row write = {
		.op = row->exists ? BATCH_PART : BATCH_DELETE, .length = row->length,
		.mask = row->exists ? UINT64_C(1) << c->column : 0,
		.stamp = later(s->capture.stamp, *version),
	};

	*version = VERSION(write.stamp, s->capture.writer);
	store_log_put(rows, c->t, s->capture.stamp, &write, row->values);
	return store_put(s, c->t, row);
}

static int
clear(struct store *s, const struct chosen *c)
{
	struct store_stmt *st;
	int status = store_statement(s, SYNC_SQL_INBOX_CLEAR, &st);

	if (status != STATUS_OK)
		return status;
	store_bind_at(st, 1, value_int(c->table_id));
	store_bind_at(st, 2, value_int(c->column_id));
	store_bind_at(st, 3, value_blob(c->key.data, c->key.len));
	return store_run(st);
}

int
store_keep_chosen(struct store *s, struct buffer *rows, uint32_t *nrows)
{
	struct chosen c = {0};
	bool any = true;
	int status = STATUS_OK;

	while (status == STATUS_OK && any) {
		struct row row = {0};

		status = next_chosen(s, &c, &any);
		if (status != STATUS_OK || !any)
			break;
		if (c.t != NULL)
			status = store_get(s, c.t, c.keys, &row);
		if (status == STATUS_OK && row.length > 0 && may_say(s, &c, row.exists)) {
			status = say_again(s, &c, &row, rows);
			++*nrows;
		}
		if (status == STATUS_OK)
			status = clear(s, &c);
	}
	buffer_release(&c.key);
	return status;
}
