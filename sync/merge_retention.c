/* Retention: rows that have ended do not count, and the history before a checkpoint
 * gives way to the pieces that it leaves. */
#include "sync/merge_internal.h"

#include <stdlib.h>
#include <string.h>

/* ---- rows that have ended ---- */

static bool
row_ends(const struct batch_table *t, uint32_t row,
    const struct checkpoint_match *matches, size_t n)
{
	struct value keys[REGISTRY_MAX_KEYS];

	for (unsigned k = 0; k < t->table->nkeys; k++)
		keys[k] = *batch_cell(t, k, row);
	return checkpoint_ends(matches, n, keys);
}

static const struct checkpoint *
ending(const struct merge *m, uint64_t scope)
{
	return m->ending != NULL ? m->ending : store_checkpoint(m->store, scope);
}

bool
merge_has_ended(const struct merge *m, const struct batch_table *t, uint32_t row,
    uint64_t scope)
{
	struct checkpoint_match matches[CHECKPOINT_MAX_RULES];

	return row_ends(t, row, matches, checkpoint_match(ending(m, scope), t->table,
	    matches));
}

void
merge_ended_mark(struct merge *m, struct batch *b, const struct segment_header *h,
    uint32_t *ret_ended)
{
	const struct checkpoint *c = ending(m, h->stream.scope);
	struct checkpoint_match matches[CHECKPOINT_MAX_RULES];

	for (uint32_t i = 0; c != NULL && i < b->ntables; i++) {
		struct batch_table *t = &b->tables[i];
		size_t n = t->table == NULL ? 0 : checkpoint_match(c, t->table, matches);

		for (uint32_t row = 0; n > 0 && row < t->nrows; row++) {
			if (t->rows[row].slow == 2 || !row_ends(t, row, matches, n))
				continue;
			t->rows[row].slow = 2;
			++*ret_ended;
		}
	}
}

/* ---- pieces ---- */

struct visiting {
	struct merge *m;
	merge_piece_visit *visit;
	void *ctx;
};

static int
visit_piece(void *ctx, const struct checkpoint_stream *of, const uint8_t *packed,
    size_t len)
{
	struct visiting *v = ctx;
	uint32_t writer;
	int status = store_stream(v->m->store, &of->stream, &writer);

	return status == STATUS_OK ? v->visit(v->ctx, writer, packed, len) : status;
}

/* Head and pieces out of the store; NOT_FOUND. */
static int
load(struct store *s, uint64_t scope, bool held, struct checkpoint *ret,
    struct buffer *ret_head, struct buffer *ret_rest)
{
	size_t len;
	int status = store_checkpoint_get(s, scope, held, ret_head, ret_rest, NULL);

	if (status == STATUS_OK)
		status = checkpoint_parse(ret_head->data, ret_head->len, ret, &len);
	return status == STATUS_OK || status == STATUS_NOMEM || status == STATUS_NOT_FOUND ?
	    status : STATUS_CORRUPT;
}

int
merge_pieces(struct merge *m, uint64_t scope, bool held, merge_piece_visit *visit,
    void *ctx)
{
	struct buffer head = BUFFER_INIT, rest = BUFFER_INIT;
	struct visiting v = { m, visit, ctx };
	struct checkpoint c = {0};
	int status;

	if (!held && store_checkpoint(m->store, scope) == NULL)
		return STATUS_OK;
	status = load(m->store, scope, held, &c, &head, &rest);
	if (status == STATUS_OK)
		status = checkpoint_pieces(&c, rest.data, rest.len, visit_piece, &v);
	else if (status == STATUS_NOT_FOUND)
		status = STATUS_OK;
	checkpoint_release(&c);
	buffer_release(&head);
	buffer_release(&rest);
	return status;
}

struct erasing {
	struct merge *m;
	struct buffer *out;
	uint32_t n;            /* leaves that went */
};

static int
erase_piece(void *ctx, const struct checkpoint_stream *of, const uint8_t *packed,
    size_t len)
{
	struct erasing *e = ctx;
	struct buffer stubbed = BUFFER_INIT;
	uint32_t n = 0;
	int status = merge_erase_packed(e->m->store, e->m->registry, packed, len,
	    &stubbed, &n);

	(void)of;
	if (n > 0)
		buffer_put_bytes(e->out, stubbed.data, stubbed.len);
	else
		buffer_put_bytes(e->out, packed, len);
	e->n += n;
	buffer_release(&stubbed);
	return status == STATUS_OK ? buffer_status(e->out) : status;
}

int
merge_pieces_erase(struct merge *m, uint64_t scope, bool held)
{
	struct buffer head = BUFFER_INIT, rest = BUFFER_INIT, out = BUFFER_INIT;
	struct erasing e = { .m = m, .out = &out };
	struct checkpoint c = {0};
	int status = load(m->store, scope, held, &c, &head, &rest);

	if (status == STATUS_OK)
		status = checkpoint_pieces(&c, rest.data, rest.len, erase_piece, &e);
	else if (status == STATUS_NOT_FOUND)
		status = STATUS_OK;
	if (status == STATUS_OK && e.n > 0)
		status = store_checkpoint_rest(m->store, scope, held, out.data, out.len);
	checkpoint_release(&c);
	buffer_release(&head);
	buffer_release(&rest);
	buffer_release(&out);
	return status;
}

/* The rows of one piece, into the tables. */
static int
apply_piece(struct merge *m, const uint8_t *packed, size_t len, uint32_t writer)
{
	struct merge_result ignored = {0};
	struct segment s = {0};
	struct batch b;
	int status;

	batch_init(&b);
	status = segment_open(packed, len, &s);
	if (status == STATUS_OK)
		status = merge_rights_decode(m, &s, writer, &b);
	for (uint32_t i = 0; status == STATUS_OK && i < b.ntables; i++) {
		struct batch_table *t = &b.tables[i];

		if (t->table == NULL)
			continue;
		status = store_apply(m->store, t, writer);
		for (uint32_t row = 0; status == STATUS_OK && row < t->nrows; row++)
			/* What disagreed so long ago is no question any more. */
			if (t->rows[row].slow == 1 || t->rows[row].slow == 3)
				status = merge_row(m, &b, t, row, &s.header, writer, 0,
				    &ignored);
	}
	batch_release(&b);
	segment_release(&s);
	return status;
}

/* ---- applying ---- */

static int
apply_visit(void *ctx, const struct checkpoint_stream *of, const uint8_t *packed,
    size_t len)
{
	struct merge *m = ctx;
	uint32_t writer;
	int status = store_stream(m->store, &of->stream, &writer);

	return status == STATUS_OK ? apply_piece(m, packed, len, writer) : status;
}

/* A checkpoint's file, and what is known of this node's history before it. */
struct taking {
	struct merge *m;
	const struct checkpoint *c;
	const uint8_t *head;
	size_t head_len;
	struct buffer rest;    /* without whom this node knows to be erased */
	bool whole;            /* all of the history is here */
	bool other;            /* it is another one */
};

static int
install(const struct taking *t, struct merge *m)
{
	struct merge_result followed = {0};
	const struct checkpoint *c = t->c;
	int status = STATUS_OK;

	for (size_t i = 0; status == STATUS_OK && i < c->nstreams; i++) {
		uint32_t writer;

		status = store_stream(m->store, &c->streams[i].stream, &writer);
		if (status == STATUS_OK)
			status = store_base_set(m->store, writer, c->streams[i].through,
			    c->streams[i].hash);
	}
	if (status == STATUS_OK)
		status = store_end_rows(m->store, c, m->now_s);
	if (status == STATUS_OK)
		status = store_checkpoint_put(m->store, c, false, t->head, t->head_len,
		    t->rest.data, t->rest.len, m->now_s);
	if (status == STATUS_OK && !t->whole)
		status = checkpoint_pieces(c, t->rest.data, t->rest.len, apply_visit, m);
	for (size_t i = 0; status == STATUS_OK && i < c->nstreams; i++)
		status = merge_follow(m, &c->streams[i].stream, &followed);
	return status;
}

/* ---- comparing ---- */

static int
merge_later(void *ctx, const struct store_segment *seg)
{
	struct merge_result ret = {0};

	return merge_segment(ctx, seg->packed, seg->packed_len, &ret);
}

/* What the pieces and this node's later segments make, in an empty store. */
static int
make_anew(const struct taking *t, struct merge *anew)
{
	struct store *here = t->m->store;
	int status = merge_verdict_copy(here, anew->store);

	if (status == STATUS_OK)
		status = install(t, anew);
	for (uint32_t w = 1; status >= 0 && w <= store_stream_count(here); w++) {
		const struct stream_id *id = store_stream_id(here, w);
		uint64_t through = 0;

		if (id->scope != t->c->scope)
			continue;
		for (size_t i = 0; i < t->c->nstreams; i++)
			if (stream_id_compare(&t->c->streams[i].stream, id) == 0)
				through = t->c->streams[i].through;
		status = store_segments(here, w, through, merge_later, anew);
	}
	return status < 0 ? status : merge_erase(anew);
}

static int
compare(const struct taking *t, bool *ret_same)
{
	struct store_options options = { .registry = t->m->registry, .create = true };
	struct merge anew = *t->m;
	struct taking all = *t;
	uint8_t here[HASH_BYTES], there[HASH_BYTES];
	int status = store_open(":memory:", &options, &anew.store);

	if (status != STATUS_OK)
		return status;
	anew.judge = NULL;
	anew.from = NULL;
	anew.ending = NULL;
	all.whole = false;
	status = store_begin_merge(anew.store);
	if (status == STATUS_OK)
		status = make_anew(&all, &anew);
	if (status == STATUS_OK)
		status = store_commit_merge(anew.store);
	if (status == STATUS_OK)
		status = store_digest_left(anew.store, t->c->scope, NULL, true, there);
	if (status == STATUS_OK)
		status = store_digest_left(t->m->store, t->c->scope, t->c, true, here);
	if (status == STATUS_OK)
		*ret_same = memcmp(here, there, HASH_BYTES) == 0;
	store_close(anew.store);
	return status;
}

struct ends {
	uint64_t through;
	const uint8_t *hash;
	bool same;
};

static int
ends_there(void *ctx, const struct store_segment *seg)
{
	struct ends *e = ctx;

	e->same = seg->first + seg->count - 1 == e->through &&
	    memcmp(seg->hash, e->hash, HASH_BYTES) == 0;
	return 1;
}

/* How much of one stream's history is here, and whether it is the same one. */
static int
look_at(struct taking *t, const struct checkpoint_stream *s)
{
	struct ends e = { .through = s->through, .hash = s->hash };
	struct store_head head;
	uint8_t hash[HASH_BYTES];
	uint64_t base;
	uint32_t writer;
	int status = store_stream(t->m->store, &s->stream, &writer);

	if (status == STATUS_OK)
		status = store_head(t->m->store, writer, &head);
	if (status == STATUS_OK)
		status = store_base(t->m->store, writer, &base, hash);
	if (status != STATUS_OK)
		return status;
	if (head.stored < s->through) {
		t->whole = false;
		return STATUS_OK;
	}
	if (base == s->through)
		e.same = memcmp(hash, s->hash, HASH_BYTES) == 0;
	else if (base < s->through)
		status = store_segments(t->m->store, writer, s->through - 1, ends_there,
		    &e);
	t->other |= !e.same;
	return status < 0 ? status : STATUS_OK;
}

/* ---- taking ---- */

static int
take(struct taking *t, int *ret)
{
	const struct checkpoint *c = t->c;
	bool same = true;
	int status = STATUS_OK;

	t->whole = true;
	for (size_t i = 0; status == STATUS_OK && i < c->nstreams; i++)
		status = look_at(t, &c->streams[i]);
	if (status == STATUS_OK && t->whole && !t->other)
		status = compare(t, &same);
	if (status != STATUS_OK)
		return status;
	*ret = t->other || !same ? STATUS_EARLY : STATUS_OK;
	return *ret == STATUS_OK ? install(t, t->m) : store_checkpoint_put(t->m->store, c,
	    true, t->head, t->head_len, t->rest.data, t->rest.len, t->m->now_s);
}

/* EXISTS or FORK where one with this number or a later one is here; else OK. */
static int
known(struct merge *m, const struct checkpoint *c, const uint8_t *head, size_t len,
    int *ret)
{
	const struct checkpoint *have = store_checkpoint(m->store, c->scope);
	struct buffer b = BUFFER_INIT;
	int status;

	*ret = STATUS_OK;
	if (have == NULL || c->number > have->number)
		return STATUS_OK;
	*ret = STATUS_EXISTS;
	if (c->number < have->number)
		return STATUS_OK;
	status = store_checkpoint_get(m->store, c->scope, false, &b, NULL, NULL);
	/* Signed anew after a change of the key, it is the same. */
	if (status == STATUS_OK && (b.len != len ||
	    memcmp(b.data, head, len - SIGNATURE_BYTES) != 0))
		*ret = STATUS_FORK;
	buffer_release(&b);
	return status;
}

int
merge_checkpoint(struct merge *m, const struct checkpoint *c, const uint8_t *head,
    size_t head_len, const uint8_t *rest, size_t rest_len, int *ret)
{
	struct taking t = { .m = m, .c = c, .head = head, .head_len = head_len };
	struct erasing e = { .m = m, .out = &t.rest };
	int status = known(m, c, head, head_len, ret);

	if (status != STATUS_OK || *ret != STATUS_OK)
		return status;
	*ret = checkpoint_check(c, rest, rest_len);
	if (*ret != STATUS_OK)
		return *ret == STATUS_NOMEM ? STATUS_NOMEM : STATUS_OK;
	status = checkpoint_pieces(c, rest, rest_len, erase_piece, &e);
	if (status == STATUS_OK)
		status = take(&t, ret);
	buffer_release(&t.rest);
	return status;
}

static int
retry_scope(struct merge *m, uint64_t scope, uint32_t *ret_applied)
{
	struct buffer head = BUFFER_INIT, rest = BUFFER_INIT;
	struct checkpoint c = {0};
	int applied = STATUS_EXISTS;
	int status = load(m->store, scope, true, &c, &head, &rest);

	if (status == STATUS_OK)
		status = merge_checkpoint(m, &c, head.data, head.len, rest.data, rest.len,
		    &applied);
	else if (status == STATUS_NOT_FOUND)
		status = STATUS_OK;
	*ret_applied += applied == STATUS_OK;
	checkpoint_release(&c);
	buffer_release(&head);
	buffer_release(&rest);
	return status;
}

int
merge_checkpoint_retry(struct merge *m, uint32_t *ret_applied)
{
	uint64_t *scopes = NULL, held = 0;
	size_t n = 0;
	int status = store_checkpoints_held(m->store, &held);

	if (status == STATUS_OK && held > 0)
		status = store_scopes(m->store, &scopes, &n);
	for (size_t i = 0; status == STATUS_OK && i < n; i++)
		status = retry_scope(m, scopes[i], ret_applied);
	free(scopes);
	return status;
}

/* ---- making the pieces ---- */

struct thinning {
	struct merge m;            /* ends rows by the new checkpoint */
	struct checkpoint_stream *of;
	uint32_t writer;
	uint64_t wanted;           /* through, at most */
	struct buffer *out;
};

/* Decodes the facts and marks what does not count, or has ended. */
static int
mark(struct thinning *t, const struct segment *s, struct batch *b)
{
	uint32_t n = 0;
	int status = STATUS_OK;

	/* Where the leaves are nonsense, the facts were not applied either. */
	if (!s->thin)
		status = segment_decode(s, t->m.registry, NULL, 0, b);
	batch_clear(b);
	if (status == STATUS_OK)
		status = segment_facts(s, t->m.registry, b);
	if (status == STATUS_OK && !s->thin)
		status = merge_rights_mark(&t->m, b, &s->header, &n);
	if (status == STATUS_OK)
		merge_ended_mark(&t->m, b, &s->header, &n);
	return status;
}

static int
append(struct thinning *t, const struct buffer *packed)
{
	struct segment s = {0};
	int status = segment_open(packed->data, packed->len, &s);

	if (status == STATUS_OK)
		status = segment_hash(&s, t->m.roster->county, t->of->rest, t->of->rest);
	if (status == STATUS_OK && t->of->pieces >= CHECKPOINT_MAX_PIECES)
		status = STATUS_TOO_LARGE;
	if (status == STATUS_OK) {
		t->of->pieces++;
		buffer_put_bytes(t->out, packed->data, packed->len);
		status = buffer_status(t->out);
	}
	segment_release(&s);
	return status;
}

static int
thin_packed(struct thinning *t, const uint8_t *packed, size_t len)
{
	struct buffer out = BUFFER_INIT;
	struct segment s = {0};
	uint32_t rows = 0;
	struct batch b;
	int status;

	batch_init(&b);
	status = segment_open(packed, len, &s);
	if (status == STATUS_OK)
		status = mark(t, &s, &b);
	/* Nonsense was never applied: nothing is left of it. */
	if (status == STATUS_MALFORMED || status == STATUS_TRUNCATED ||
	    status == STATUS_TOO_LARGE)
		status = STATUS_OK;
	else if (status == STATUS_OK)
		status = segment_thin(&s, t->m.registry, &b, &out, &rows);
	if (status == STATUS_OK && rows > 0)
		status = append(t, &out);
	buffer_release(&out);
	batch_release(&b);
	segment_release(&s);
	return status;
}

static int
thin_piece(void *ctx, uint32_t writer, const uint8_t *packed, size_t len)
{
	struct thinning *t = ctx;

	return writer == t->writer ? thin_packed(t, packed, len) : STATUS_OK;
}

static int
thin_segment(void *ctx, const struct store_segment *seg)
{
	struct thinning *t = ctx;
	uint64_t last = seg->first + seg->count - 1;
	int status;

	if (last > t->wanted)
		return 1;
	status = thin_packed(t, seg->packed, seg->packed_len);
	if (status == STATUS_UNKNOWN_SCHEMA || status == STATUS_USAGE)
		return 1; /* the cut is before it */
	if (status != STATUS_OK)
		return status;
	t->of->through = last;
	memcpy(t->of->hash, seg->hash, HASH_BYTES);
	return 0;
}

static int
thin_stream(struct thinning *t, struct checkpoint_stream *s)
{
	int status = store_stream(t->m.store, &s->stream, &t->writer);

	t->of = s;
	t->wanted = s->through;
	s->pieces = 0;
	memset(s->rest, 0, HASH_BYTES);
	if (status == STATUS_OK)
		status = store_base(t->m.store, t->writer, &s->through, s->hash);
	if (status == STATUS_OK)
		status = merge_pieces(&t->m, s->stream.scope, false, thin_piece, t);
	if (status == STATUS_OK)
		status = store_segments(t->m.store, t->writer, s->through, thin_segment, t);
	return status < 0 ? status : STATUS_OK;
}

int
merge_thin(struct merge *m, struct checkpoint *c, struct buffer *ret_rest)
{
	struct thinning t = { .m = *m, .out = ret_rest };
	size_t n = 0;

	t.m.judge = NULL;
	t.m.ending = c;
	for (size_t i = 0; i < c->nstreams; i++) {
		int status = thin_stream(&t, &c->streams[i]);

		if (status != STATUS_OK)
			return status;
		if (c->streams[i].through > 0)
			c->streams[n++] = c->streams[i];
	}
	c->nstreams = n;
	return STATUS_OK;
}
