#include "sync/column_predict.h"

#include <stdlib.h>
#include <string.h>

struct column_slot {
	struct value key, value;
	bool taken;
};

static uint64_t
mix(uint64_t h)
{
	h ^= h >> 33;
	h *= UINT64_C(0xff51afd7ed558ccd);
	h ^= h >> 33;
	h *= UINT64_C(0xc4ceb9fe1a85ec53);
	return h ^ h >> 33;
}

static uint64_t
value_hash(struct value v)
{
	uint64_t h = v.type;
	uint32_t i;

	if (v.type == VALUE_INT)
		return mix((uint64_t)v.i);
	for (i = 0; v.type > VALUE_INT && i < v.len; i++)
		h = mix(h ^ v.p[i]);
	return h;
}

static struct column_slot *
slot_of(struct column_predictor *p, struct value key)
{
	uint32_t at = (uint32_t)value_hash(key) & p->mask;

	while (p->slots[at].taken && !value_equal(p->slots[at].key, key))
		at = (at + 1) & p->mask;
	return &p->slots[at];
}

/* The table as it was before this column: columns that are done, and for its
 * own table the column itself. */
static int
last_by_init(struct column_predictor *p)
{
	const struct batch_table *t = batch_find(p->world->batch, p->hint.table);
	uint64_t done, need;
	uint32_t cap = 16;

	if (!t || !t->table || !p->cells->row || !p->cells->table->table)
		return STATUS_NOT_FOUND;
	p->by = registry_column(t->table, p->hint.by);
	p->value = registry_column(t->table, p->hint.value);
	if (p->by < 0 || p->value < 0)
		return STATUS_NOT_FOUND;
	done = p->world->done[t->id];
	need = UINT64_C(1) << p->by | UINT64_C(1) << p->value;
	p->own_by = registry_column(p->cells->table->table, p->hint.own_by);
	if ((done & need) != need || p->own_by < 0
	    || !(p->world->done[p->cells->table->id] >> p->own_by & 1))
		return STATUS_NOT_FOUND;
	while (cap < 2 * (uint64_t)t->nrows)
		cap *= 2;
	p->slots = calloc(cap, sizeof *p->slots);
	if (!p->slots)
		return STATUS_NOMEM;
	p->mask = cap - 1;
	p->table = t;
	return STATUS_OK;
}

/* Its own column: what this table had in the rows before. */
static int
last_in_own_init(struct column_predictor *p)
{
	const struct batch_table *t = p->cells->table;
	uint32_t cap = 16;

	p->by = registry_column(t->table, p->hint.by);
	p->value = -1;
	if (p->by < 0 || !(p->world->done[t->id] >> p->by & 1))
		return STATUS_NOT_FOUND;
	while (cap < 2 * (uint64_t)t->nrows)
		cap *= 2;
	p->slots = calloc(cap, sizeof *p->slots);
	if (!p->slots)
		return STATUS_NOMEM;
	p->mask = cap - 1;
	p->table = t;
	return STATUS_OK;
}

int
column_predictor_init(struct column_predictor *p, const struct column_world *w,
    const struct column_hint *hint, const struct column_cells *cells)
{
	*p = (struct column_predictor){.world = w, .hint = *hint, .cells = cells};
	if (hint->kind != HINT_LAST_BY)
		return STATUS_OK;
	if (cells->row && cells->table->table && cells->table->id == hint->table)
		return last_in_own_init(p);
	return last_by_init(p);
}

void
column_predictor_release(struct column_predictor *p)
{
	free(p->slots);
	p->slots = NULL;
}

static bool
delivered(const struct batch_table *t, uint32_t row, int column)
{
	return column < t->table->nkeys || (t->rows[row].mask >> column & 1);
}

static struct value
last_by(struct column_predictor *p, uint32_t i)
{
	const struct batch_table *own = p->cells->table, *t = p->table;
	uint32_t row = p->cells->row[i], tx = own->rows[row].tx;
	struct column_slot *slot;
	int by;

	if (p->value < 0) {
		if (i > 0 && delivered(t, p->cells->row[i - 1], p->by)) {
			slot = slot_of(p, *batch_cell(t, (unsigned)p->by,
			    p->cells->row[i - 1]));
			*slot = (struct column_slot){*batch_cell(t,
			    (unsigned)p->by, p->cells->row[i - 1]),
			    p->cells->v[i - 1], true};
		}
		by = p->by;
	} else {
		for (; p->next < t->nrows && t->rows[p->next].tx <= tx; p->next++) {
			struct value key = *batch_cell(t, (unsigned)p->by, p->next);

			if (!delivered(t, p->next, p->by)
			    || !delivered(t, p->next, p->value))
				continue;
			slot = slot_of(p, key);
			*slot = (struct column_slot){key,
			    *batch_cell(t, (unsigned)p->value, p->next), true};
		}
		by = p->own_by;
	}
	if (!delivered(own, row, by))
		return value_null();
	slot = slot_of(p, *batch_cell(own, (unsigned)by, row));
	return slot->taken ? slot->value : value_null();
}

struct value
column_predict(struct column_predictor *p, uint32_t i)
{
	const struct column_cells *c = p->cells;
	const struct batch_tx *tx = NULL;
	struct value before = i ? c->v[i - 1] : value_null();

	if (c->row)
		tx = &p->world->batch->txs[c->table->rows[c->row[i]].tx];
	switch (p->hint.kind) {
	case HINT_SCOPE:
		return value_int((int64_t)p->world->scope);
	case HINT_TX_TIME:
	case HINT_ROW_TIME:
		return tx ? value_int(tx->time_s * 1000) : value_null();
	case HINT_TX_STAFF:
		return tx && tx->staff ? value_int(tx->staff) : value_null();
	case HINT_NEXT_ID:
		if (before.type != VALUE_INT)
			return value_int((int64_t)(p->world->epoch
			    << ROW_COUNTER_BITS) + 1);
		return value_int(before.i < INT64_MAX ? before.i + 1 : before.i);
	case HINT_LAST_BY:
		return last_by(p, i);
	default:
		return value_null();
	}
}
