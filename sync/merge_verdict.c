/* Verdicts: which rows were refused, and the state without them.
 *
 * A refused write is taken out by making its row anew from every other write:
 * the state is what it would be had the segment never held it. */
#include "sync/merge_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VERDICT_HEX 32               /* of a stream's hash in a name */
#define VERDICT_NAME_BYTES (VERDICT_HEX + 16 + 8 + 1)

/* Kept by scope; a name is its stream's hash, sequence and row, so that a segment asks
 * for its own alone. */
void
merge_verdict_space(uint64_t scope, char ret[MERGE_SPACE_BYTES])
{
	(void)snprintf(ret, MERGE_SPACE_BYTES, "verdict %llu",
	    (unsigned long long)scope);
}

/* Of one of these, or with seq and row 0 what is before all of a sequence. */
static void
place_name(const struct stream_id *stream, uint64_t seq, uint32_t row,
    char ret[VERDICT_NAME_BYTES])
{
	static const char digits[] = "0123456789abcdef";
	struct buffer b = BUFFER_INIT;
	uint8_t hash[HASH_BYTES];

	stream_id_put(&b, stream);
	hash_bytes("kehou 1 verdict", b.data, b.len, hash);
	buffer_release(&b);
	for (unsigned i = 0; i < VERDICT_HEX / 2; i++) {
		ret[2 * i] = digits[hash[i] >> 4];
		ret[2 * i + 1] = digits[hash[i] & 15];
	}
	(void)snprintf(ret + VERDICT_HEX, VERDICT_NAME_BYTES - VERDICT_HEX,
	    "%016llx%08lx", (unsigned long long)seq, (unsigned long)row);
}

static void
verdict_name(const struct verdict *v, char ret[VERDICT_NAME_BYTES])
{
	place_name(&v->stream, v->seq, v->row, ret);
}

/* ---- refused rows of one segment ---- */

struct marking {
	struct batch *b;
	const struct segment_header *h;
	uint32_t refused;
};

static void
mark_rows(struct marking *k, uint64_t seq, uint32_t row)
{
	for (uint32_t i = 0; i < k->b->ntables; i++) {
		struct batch_table *t = &k->b->tables[i];

		for (uint32_t n = 0; n < t->nrows; n++) {
			if (t->table == NULL || t->rows[n].slow == 2 ||
			    k->h->first + t->rows[n].tx != seq)
				continue;
			if (row != VERDICT_ALL_ROWS &&
			    batch_row_index(k->b, t, n) != row)
				continue;
			t->rows[n].slow = 2;
			k->refused++;
		}
	}
}

static int
mark_one(void *ctx, const char *name, const uint8_t *data, size_t len)
{
	struct marking *k = ctx;
	struct verdict v;

	(void)name;
	if (verdict_parse(data, len, &v) != STATUS_OK)
		return STATUS_CORRUPT;
	if (stream_id_compare(&v.stream, &k->h->stream) == 0)
		mark_rows(k, v.seq, v.row);
	return 0;
}

int
merge_verdict_mark(struct merge *m, struct batch *b, const struct segment_header *h,
    uint32_t *ret_refused)
{
	struct marking k = { .b = b, .h = h };
	char space[MERGE_SPACE_BYTES], from[VERDICT_NAME_BYTES], to[VERDICT_NAME_BYTES];
	int status;

	merge_verdict_space(h->stream.scope, space);
	place_name(&h->stream, h->first, 0, from);
	place_name(&h->stream, h->first + h->count, 0, to);
	status = store_meta_range(m->store, space, from, to, mark_one, &k);
	if (status == STATUS_OK)
		*ret_refused += k.refused;
	return status;
}

/* ---- making rows anew ---- */

struct replay {
	struct merge *m;
	const struct registry_table *t;
	const struct value *keys;
	struct row row;
	struct batch keep;     /* owns the cells of row */
	uint32_t writer;
};

static bool
same_key(const struct replay *p, const struct batch_table *t, uint32_t row)
{
	for (unsigned k = 0; k < p->t->nkeys; k++)
		if (!value_equal(*batch_cell(t, k, row), p->keys[k]))
			return false;
	return true;
}

int
merge_verdict_keep_value(struct batch *keep, const struct value *v, struct value *ret)
{
	*ret = *v;
	if ((v->type == VALUE_TEXT || v->type == VALUE_BLOB) && v->len > 0) {
		void *copy = batch_alloc(keep, v->len);

		if (copy == NULL)
			return STATUS_NOMEM;
		memcpy(copy, v->p, v->len);
		ret->p = copy;
	}
	return STATUS_OK;
}

int
merge_verdict_replay(struct merge *m, const struct batch_table *t, uint32_t i, uint32_t writer,
    struct batch *keep, struct row *row)
{
	struct value values[REGISTRY_MAX_COLUMNS];
	struct row_loss loss;

	for (unsigned c = 0; c < t->table->ncolumns; c++) {
		int status = merge_verdict_keep_value(keep, batch_cell(t, c, i), &values[c]);

		if (status != STATUS_OK)
			return status;
	}
	(void)row_merge(t->table, row, &t->rows[i], values,
	    VERSION(t->rows[i].stamp, writer), store_writer_compare, m->store, &loss);
	return STATUS_OK;
}

static int
replay_packed(struct replay *p, const uint8_t *packed, size_t len)
{
	struct segment s = {0};
	struct batch b;
	int status;

	batch_init(&b);
	status = segment_open(packed, len, &s);
	if (status == STATUS_OK)
		status = merge_rights_decode(p->m, &s, p->writer, &b);
	for (uint32_t i = 0; status == STATUS_OK && i < b.ntables; i++) {
		const struct batch_table *t = &b.tables[i];

		if (t->table != p->t)
			continue;
		for (uint32_t n = 0; status == STATUS_OK && n < t->nrows; n++)
			if (t->rows[n].slow != 2 && same_key(p, t, n))
				status = merge_verdict_replay(p->m, t, n, p->writer, &p->keep,
				    &p->row);
	}
	batch_release(&b);
	segment_release(&s);
	/* Nonsense was never applied. */
	return status == STATUS_NOMEM || status == STATUS_CORRUPT ? status : 0;
}

static int
replay_segment(void *ctx, const struct store_segment *seg)
{
	return replay_packed(ctx, seg->packed, seg->packed_len);
}

static int
replay_piece(void *ctx, uint32_t writer, const uint8_t *packed, size_t len)
{
	struct replay *p = ctx;

	p->writer = writer;
	return replay_packed(p, packed, len);
}

int
merge_verdict_replayed(struct merge *m, const struct registry_table *t, const struct value *keys,
    struct row *row)
{
	bool erased = false;
	int status;

	memcpy(row->values, keys, t->nkeys * sizeof(*keys));
	status = store_is_erased(m->store, t, row->values, &erased);
	if (erased)
		(void)store_blank(t, row);
	if (status == STATUS_OK)
		status = row->length == 0 ? store_forget(m->store, t, keys) :
		    store_put(m->store, t, row);
	return status;
}

static int
replay_key(struct merge *m, const struct registry_table *t, const struct value *keys,
    uint64_t scope)
{
	struct replay p = { .m = m, .t = t, .keys = keys };
	int status;

	batch_init(&p.keep);
	memcpy(p.row.values, keys, t->nkeys * sizeof(*keys));
	status = merge_pieces(m, scope, false, replay_piece, &p);
	for (uint32_t w = 1; status >= 0 && w <= store_stream_count(m->store); w++) {
		const struct stream_id *id = store_stream_id(m->store, w);

		if (id == NULL || id->scope != scope)
			continue;
		p.writer = w;
		status = store_segments(m->store, w, 0, replay_segment, &p);
	}
	if (status >= 0)
		status = merge_verdict_replayed(m, t, keys, &p.row);
	batch_release(&p.keep);
	return status < 0 ? status : STATUS_OK;
}

struct taking {
	struct merge *m;
	const struct verdict *v;
};

/* The segment that the verdict is about: its refused rows are made anew. */
static int
redo_segment(void *ctx, const struct store_segment *seg)
{
	struct taking *t = ctx;
	struct segment s = {0};
	struct batch b;
	int status = STATUS_OK;

	if (t->v->seq < seg->first || t->v->seq >= seg->first + seg->count)
		return 0;
	batch_init(&b);
	status = segment_open(seg->packed, seg->packed_len, &s);
	if (status == STATUS_OK)
		status = segment_decode(&s, t->m->registry, t->m->keys->keys,
		    t->m->keys->n, &b);
	for (uint32_t i = 0; status == STATUS_OK && i < b.ntables; i++) {
		struct batch_table *bt = &b.tables[i];

		for (uint32_t n = 0; status == STATUS_OK && n < bt->nrows; n++) {
			struct value keys[REGISTRY_MAX_KEYS];

			if (bt->table == NULL ||
			    seg->first + bt->rows[n].tx != t->v->seq ||
			    (t->v->row != VERDICT_ALL_ROWS &&
			    batch_row_index(&b, bt, n) != t->v->row))
				continue;
			for (unsigned k = 0; k < bt->table->nkeys; k++)
				keys[k] = *batch_cell(bt, k, n);
			status = replay_key(t->m, bt->table, keys,
			    t->v->stream.scope);
		}
	}
	batch_release(&b);
	segment_release(&s);
	return status == STATUS_NOMEM || status == STATUS_CORRUPT ? status : 1;
}

/* Makes the rows that a verdict is about anew. */
static int
redo(struct merge *m, const struct verdict *v)
{
	struct taking t = { m, v };
	uint32_t writer;
	int status = store_stream(m->store, &v->stream, &writer);

	if (status == STATUS_OK)
		status = store_segments(m->store, writer, v->seq - 1, redo_segment, &t);
	return status < 0 ? status : STATUS_OK;
}

/* Verdicts of a scope in the order in which they came: for who is told of the new
 * ones alone. */
static void
order_space(uint64_t scope, char ret[MERGE_SPACE_BYTES])
{
	(void)snprintf(ret, MERGE_SPACE_BYTES, "verdicts %llu", (unsigned long long)scope);
}

static int
keep_in_order(struct merge *m, uint64_t scope, const char *name)
{
	char space[MERGE_SPACE_BYTES], number[17];
	uint64_t n;
	int status;

	order_space(scope, space);
	status = store_meta_count(m->store, space, &n);
	(void)snprintf(number, sizeof(number), "%016llx", (unsigned long long)n + 1);
	return status == STATUS_OK ? store_meta_set(m->store, space, number, name,
	    strlen(name) + 1) : status;
}

struct since {
	struct merge *m;
	const char *space;
	store_meta_visit *visit;
	void *ctx;
	uint64_t last;
};

static int
visit_since(void *ctx, const char *number, const uint8_t *name, size_t len)
{
	struct since *s = ctx;
	struct buffer b = BUFFER_INIT;
	int status;

	if (len != VERDICT_NAME_BYTES || name[len - 1] != '\0')
		return STATUS_CORRUPT;
	s->last = strtoull(number, NULL, 16);
	status = store_meta_get(s->m->store, s->space, (const char *)name, &b);
	if (status == STATUS_OK)
		status = s->visit(s->ctx, (const char *)name, b.data, b.len);
	buffer_release(&b);
	/* One of a revoked hub was dropped since. */
	return status == STATUS_NOT_FOUND ? 0 : status;
}

int
merge_verdict_since(struct merge *m, uint64_t scope, uint64_t after,
    store_meta_visit *visit, void *ctx, uint64_t *ret_last)
{
	char space[MERGE_SPACE_BYTES], order[MERGE_SPACE_BYTES], from[17];
	struct since s = { .m = m, .space = space, .visit = visit, .ctx = ctx,
	    .last = after };
	int status;

	merge_verdict_space(scope, space);
	order_space(scope, order);
	(void)snprintf(from, sizeof(from), "%016llx", (unsigned long long)after + 1);
	status = store_meta_range(m->store, order, from, "g", visit_since, &s);
	if (status == STATUS_OK)
		*ret_last = s.last;
	return status;
}

int
merge_verdict_keep(struct merge *m, const struct verdict *v, const uint8_t *data,
    size_t len)
{
	struct buffer known = BUFFER_INIT;
	char name[VERDICT_NAME_BYTES], space[MERGE_SPACE_BYTES];
	uint64_t n;
	int status;

	verdict_name(v, name);
	merge_verdict_space(v->stream.scope, space);
	status = store_meta_get(m->store, space, name, &known);
	buffer_release(&known);
	if (status != STATUS_NOT_FOUND)
		return status == STATUS_OK ? STATUS_EXISTS : status;
	status = store_meta_count(m->store, space, &n);
	if (status == STATUS_OK && n >= MERGE_MAX_SCOPE_VERDICTS)
		status = STATUS_TOO_LARGE;
	if (status == STATUS_OK)
		status = store_meta_set(m->store, space, name, data, len);
	return status == STATUS_OK ? keep_in_order(m, v->stream.scope, name) : status;
}

int
merge_verdict(struct merge *m, const struct verdict *v, const uint8_t *data,
    size_t len)
{
	int status = merge_verdict_keep(m, v, data, len);

	if (status == STATUS_EXISTS)
		return STATUS_OK;
	return status == STATUS_OK ? redo(m, v) : status;
}

struct copying {
	struct store *to;
	const char *space;
};

static int
copy_verdict(void *ctx, const char *name, const uint8_t *data, size_t len)
{
	const struct copying *c = ctx;

	return store_meta_set(c->to, c->space, name, data, len);
}

int
merge_verdict_copy(struct store *from, struct store *to)
{
	char space[MERGE_SPACE_BYTES];
	struct copying c = { to, space };
	uint64_t *scopes = NULL;
	size_t n = 0;
	int status = store_scopes(from, &scopes, &n);

	for (size_t i = 0; status == STATUS_OK && i < n; i++) {
		merge_verdict_space(scopes[i], space);
		status = store_meta_list(from, space, copy_verdict, &c);
	}
	free(scopes);
	return status;
}

/* ---- verdicts of a hub that was revoked, or of what became a branch ---- */

struct fallen {
	const struct merge *m;
	const struct stream_id *of;  /* of this stream; NULL: of revoked hubs */
	struct verdict *list;
	size_t n, cap;
};

static int
find_fallen(void *ctx, const char *name, const uint8_t *data, size_t len)
{
	struct fallen *f = ctx;
	struct verdict v;

	(void)name;
	if (verdict_parse(data, len, &v) != STATUS_OK)
		return STATUS_CORRUPT;
	if (f->of != NULL ? stream_id_compare(&v.stream, f->of) != 0 :
	    !roster_revoked(f->m->roster, &v.by))
		return 0;
	if (f->n == f->cap) {
		size_t cap = f->cap == 0 ? 16 : 2 * f->cap;
		struct verdict *list = realloc(f->list, cap * sizeof(*list));

		if (list == NULL)
			return STATUS_NOMEM;
		f->list = list;
		f->cap = cap;
	}
	f->list[f->n++] = v;
	return 0;
}

int
merge_verdict_review(struct merge *m)
{
	struct fallen f = { .m = m };
	char space[MERGE_SPACE_BYTES], name[VERDICT_NAME_BYTES];
	uint64_t *scopes = NULL;
	size_t n = 0;
	int status = store_scopes(m->store, &scopes, &n);

	for (size_t i = 0; status == STATUS_OK && i < n; i++) {
		merge_verdict_space(scopes[i], space);
		status = store_meta_list(m->store, space, find_fallen, &f);
	}
	/* None of them counts while rows are made anew. */
	for (size_t i = 0; status == STATUS_OK && i < f.n; i++) {
		merge_verdict_space(f.list[i].stream.scope, space);
		verdict_name(&f.list[i], name);
		status = store_meta_set(m->store, space, name, NULL, 0);
	}
	for (size_t i = 0; status == STATUS_OK && i < f.n; i++)
		status = redo(m, &f.list[i]);
	free(scopes);
	free(f.list);
	return status;
}

/* Verdicts on a stream's rows after its end, which are the branch's now, and on the
 * branch's own. */
int
merge_verdict_split(struct merge *m, uint32_t from, uint32_t to)
{
	const struct stream_id before = *store_stream_id(m->store, from),
	    branch = *store_stream_id(m->store, to);
	struct fallen f = { .m = m, .of = &before };
	struct store_head head;
	char space[MERGE_SPACE_BYTES];
	int status = store_head(m->store, from, &head);

	merge_verdict_space(branch.scope, space);
	if (status == STATUS_OK)
		status = store_meta_list(m->store, space, find_fallen, &f);
	for (size_t i = 0; status == STATUS_OK && i < f.n; i++) {
		struct verdict *v = &f.list[i];

		v->stream = branch;
		/* Said again under the name that all know. */
		if (v->seq > head.stored && m->judge != NULL)
			status = m->judge(m->judge_ctx, &branch, v->seq, v->row, v->reason);
	}
	f.of = &branch;
	if (status == STATUS_OK)
		status = store_meta_list(m->store, space, find_fallen, &f);
	for (size_t i = 0; status == STATUS_OK && i < f.n; i++)
		if (f.list[i].seq > head.stored)
			status = redo(m, &f.list[i]);
	free(f.list);
	return status;
}
