/* What is here of a revoked author beyond what counts: nobody takes it any more, so it
 * goes here too, and the rows that it wrote are made anew without it. */
#include "sync/merge_internal.h"

#include <stdlib.h>
#include <string.h>

/* A row to be made anew. */
struct again {
	const struct registry_table *t;
	struct value keys[REGISTRY_MAX_KEYS];
	struct row row;
};

struct redoing {
	struct merge *m;
	struct again *list;
	size_t n, cap;
	struct batch keep;      /* owns the cells of keys and rows */
	uint64_t transactions;  /* that go */
	uint32_t writer;        /* of the segment at hand */
};

static int
compare(const void *a, const void *b)
{
	const struct again *x = a, *y = b;
	int c = 0;

	if (x->t != y->t)
		return x->t < y->t ? -1 : 1;
	for (unsigned k = 0; c == 0 && k < x->t->nkeys; k++)
		c = value_compare(x->keys[k], y->keys[k]);
	return c;
}

static int
note_row(struct redoing *r, const struct batch_table *t, uint32_t i)
{
	struct again *a;

	if (r->n == r->cap) {
		size_t cap = r->cap == 0 ? 64 : 2 * r->cap;
		struct again *list = realloc(r->list, cap * sizeof(*list));

		if (list == NULL)
			return STATUS_NOMEM;
		r->list = list;
		r->cap = cap;
	}
	a = &r->list[r->n];
	memset(a, 0, sizeof(*a));
	a->t = t->table;
	for (unsigned k = 0; k < t->table->nkeys; k++) {
		int status = merge_verdict_keep_value(&r->keep, batch_cell(t, k, i), &a->keys[k]);

		if (status != STATUS_OK)
			return status;
	}
	r->n++;
	return STATUS_OK;
}

static int
note_segment(void *ctx, const struct store_segment *seg)
{
	struct redoing *r = ctx;
	struct segment s = {0};
	struct batch b;
	int status;

	r->transactions += seg->count;
	batch_init(&b);
	status = segment_open(seg->packed, seg->packed_len, &s);
	if (status == STATUS_OK)
		status = segment_decode(&s, r->m->registry, r->m->keys->keys,
		    r->m->keys->n, &b);
	for (uint32_t i = 0; status == STATUS_OK && i < b.ntables; i++)
		for (uint32_t n = 0; status == STATUS_OK && b.tables[i].table != NULL &&
		    n < b.tables[i].nrows; n++)
			status = note_row(r, &b.tables[i], n);
	batch_release(&b);
	segment_release(&s);
	/* Nonsense was never applied. */
	return status == STATUS_NOMEM || status == STATUS_CORRUPT ? status : 0;
}

static int
redo_packed(struct redoing *r, const uint8_t *packed, size_t len)
{
	struct segment s = {0};
	struct batch b;
	int status;

	batch_init(&b);
	status = segment_open(packed, len, &s);
	if (status == STATUS_OK)
		status = merge_rights_decode(r->m, &s, r->writer, &b);
	for (uint32_t i = 0; status == STATUS_OK && i < b.ntables; i++) {
		const struct batch_table *t = &b.tables[i];
		struct again key = { .t = t->table }, *a;

		for (uint32_t n = 0; status == STATUS_OK && t->table != NULL &&
		    n < t->nrows; n++) {
			if (t->rows[n].slow == 2)
				continue;
			for (unsigned k = 0; k < t->table->nkeys; k++)
				key.keys[k] = *batch_cell(t, k, n);
			a = bsearch(&key, r->list, r->n, sizeof(key), compare);
			if (a != NULL)
				status = merge_verdict_replay(r->m, t, n, r->writer, &r->keep,
				    &a->row);
		}
	}
	batch_release(&b);
	segment_release(&s);
	return status == STATUS_NOMEM || status == STATUS_CORRUPT ? status : 0;
}

static int
redo_segment(void *ctx, const struct store_segment *seg)
{
	return redo_packed(ctx, seg->packed, seg->packed_len);
}

static int
redo_piece(void *ctx, uint32_t writer, const uint8_t *packed, size_t len)
{
	struct redoing *r = ctx;

	r->writer = writer;
	return redo_packed(r, packed, len);
}

/* The rows out of everything that is left. */
static int
redo_all(struct redoing *r, uint64_t scope)
{
	size_t n = 0;
	int status;

	qsort(r->list, r->n, sizeof(*r->list), compare);
	for (size_t i = 0; i < r->n; i++)
		if (n == 0 || compare(&r->list[n - 1], &r->list[i]) != 0)
			r->list[n++] = r->list[i];
	r->n = n;
	status = merge_pieces(r->m, scope, false, redo_piece, r);
	for (uint32_t w = 1; status >= 0 && w <= store_stream_count(r->m->store); w++) {
		if (store_stream_id(r->m->store, w)->scope != scope)
			continue;
		r->writer = w;
		status = store_segments(r->m->store, w, 0, redo_segment, r);
	}
	for (size_t i = 0; status >= 0 && i < r->n; i++)
		status = merge_verdict_replayed(r->m, r->list[i].t, r->list[i].keys,
		    &r->list[i].row);
	return status < 0 ? status : STATUS_OK;
}

/* ---- how much of a stream counts ---- */

struct end {
	const struct roster_revocation *v;
	bool found;
};

static int
is_end(void *ctx, const struct store_segment *seg)
{
	struct end *e = ctx;

	e->found = seg->first + seg->count - 1 == e->v->through &&
	    memcmp(seg->hash, e->v->hash, HASH_BYTES) == 0;
	return 1;
}

/* The stream in which a revocation ends; 0: it is not here. */
static int
find_end(struct merge *m, const struct roster_revocation *v, uint32_t *ret)
{
	struct store_head head;
	uint32_t at = 0;

	*ret = 0;
	while (*ret == 0 && merge_fork_family(m, &v->stream, &at, &head)) {
		struct end e = { .v = v };
		uint8_t hash[HASH_BYTES];
		uint64_t base;
		int status = store_base(m->store, at, &base, hash);

		if (status == STATUS_OK && base == v->through)
			e.found = memcmp(hash, v->hash, HASH_BYTES) == 0;
		else if (status == STATUS_OK)
			status = store_segments(m->store, at, v->through - 1, is_end, &e);
		if (status < 0)
			return status;
		if (e.found)
			*ret = at;
	}
	return STATUS_OK;
}

static bool
leads_to(const struct merge *m, uint32_t writer, uint32_t end)
{
	while (end != 0 && end != writer)
		end = store_parent(m->store, end);
	return end == writer;
}

/* What counts of a stream, at most what is here.  Where the end of a revocation is not
 * here, nothing of that family is known not to count. */
static int
counted(struct merge *m, uint32_t writer, const struct store_head *head, uint64_t *ret)
{
	const struct stream_id *id = store_stream_id(m->store, writer);
	uint64_t most = head->base;

	for (size_t i = 0; i < m->roster->nrevocations; i++) {
		const struct roster_revocation *v = &m->roster->revocations[i];
		uint64_t through = head->stored;
		uint32_t end;
		int status;

		if (!stream_id_is_family(&v->stream, id))
			continue;
		status = find_end(m, v, &end);
		if (status != STATUS_OK)
			return status;
		if (end == writer)
			through = v->through;
		else if (end != 0 && !leads_to(m, writer, end))
			through = head->base;
		if (through > most)
			most = through;
	}
	*ret = most < head->stored ? most : head->stored;
	return STATUS_OK;
}

static int
cut(struct merge *m, uint32_t writer, uint64_t after, uint64_t *ret_transactions)
{
	uint64_t scope = store_stream_id(m->store, writer)->scope;
	struct redoing r = { .m = m };
	int status;

	batch_init(&r.keep);
	status = store_segments(m->store, writer, after, note_segment, &r);
	if (status >= 0)
		status = store_cut(m->store, writer, after);
	if (status == STATUS_OK && r.n > 0)
		status = redo_all(&r, scope);
	*ret_transactions += r.transactions;
	batch_release(&r.keep);
	free(r.list);
	return status;
}

int
merge_revoke_apply(struct merge *m, uint64_t *ret_transactions)
{
	int status = STATUS_OK;

	for (uint32_t w = 1; status == STATUS_OK && w <= store_stream_count(m->store); w++) {
		const struct stream_id *id = store_stream_id(m->store, w);
		struct store_head head;
		uint64_t through = 0;

		if (!roster_revoked(m->roster, &id->node) || (m->self != NULL &&
		    node_id_compare(&m->self->id, &id->node) == 0))
			continue;
		status = store_head(m->store, w, &head);
		if (status == STATUS_OK && head.stored > head.base)
			status = counted(m, w, &head, &through);
		if (status == STATUS_OK && head.stored > head.base && through < head.stored)
			status = cut(m, w, through, ret_transactions);
	}
	return status;
}
