#include "sync/merge_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void
refuse(struct merge_result *ret, int reason)
{
	ret->refused++;
	ret->status = reason;
}

static int
hold(struct merge *m, const struct segment_header *h, const uint8_t *packed,
    size_t len, int reason, struct merge_result *ret)
{
	struct store_held held = {
		.reason = reason,
		.stream = h->stream,
		.first = h->first,
		.count = h->count,
		.packed = packed,
		.packed_len = len,
	};

	struct buffer stubbed = BUFFER_INIT;
	uint32_t n = 0;
	int status = STATUS_OK;

	/* What is refused here was not acknowledged and is sent again; only of
	 * branches of a fork one node's work beyond the bound stays with it. */
	if (packed != NULL) {
		uint64_t waiting = 0, bytes = 0;

		status = store_held_size(m->store, reason, &waiting, &bytes);
		if (status != STATUS_OK)
			return status;
		if (waiting >= MERGE_MAX_HELD || bytes + len > MERGE_MAX_HELD_BYTES) {
			refuse(ret, STATUS_TOO_LARGE);
			return STATUS_OK;
		}
	}
	ret->held++;
	ret->status = reason;
	if (packed != NULL && status == STATUS_OK)
		status = merge_erase_packed(m->store, m->registry, packed, len, &stubbed,
		    &n);
	if (status == STATUS_OK && n > 0) {
		held.packed = stubbed.data;
		held.packed_len = stubbed.len;
	}
	if (status == STATUS_OK)
		status = store_held_add(m->store, &held);
	buffer_release(&stubbed);
	return status;
}

/* ---- conflicts ---- */

struct find {
	struct merge *m;
	const struct registry_table *table;
	const struct value *keys;
	uint64_t stamp;
	uint64_t seq;        /* found, or 0 */
};

static uint64_t
seq_in_batch(const struct find *f, const struct batch *b, uint64_t first)
{
	for (uint32_t i = 0; i < b->ntables; i++) {
		const struct batch_table *t = &b->tables[i];

		if (t->table != f->table)
			continue;
		for (uint32_t row = 0; row < t->nrows; row++) {
			unsigned k = 0;

			if (t->rows[row].stamp != f->stamp)
				continue;
			while (k < t->table->nkeys &&
			    value_equal(*batch_cell(t, k, row), f->keys[k]))
				k++;
			if (k == t->table->nkeys)
				return first + t->rows[row].tx;
		}
	}
	return 0;
}

static int
find_in_segment(void *ctx, const struct store_segment *seg)
{
	struct find *f = ctx;
	struct segment s = {0};
	struct batch b;
	int64_t time_s = (int64_t)(f->stamp >> STAMP_COUNTER_BITS) + STAMP_EPOCH_S;
	int status;

	/* A stamp is never before its transaction's clock. */
	if (seg->min_time_s > time_s)
		return 0;
	batch_init(&b);
	status = segment_open(seg->packed, seg->packed_len, &s);
	if (status == STATUS_OK)
		status = segment_decode(&s, f->m->registry, f->m->keys->keys,
		    f->m->keys->n, &b);
	if (status == STATUS_OK)
		f->seq = seq_in_batch(f, &b, seg->first);
	batch_release(&b);
	segment_release(&s);
	/* Nonsense was never applied: no row has its version from there. */
	return status == STATUS_NOMEM ? status : f->seq != 0;
}

/* Sequence of the write that gave this row its version; 0 when not found. */
static int
find_write(struct merge *m, const struct registry_table *t,
    const struct value *keys, int64_t version, uint64_t *ret_seq)
{
	struct find f = {
		.m = m, .table = t, .keys = keys, .stamp = VERSION_STAMP(version),
	};
	int status = store_segments(m->store, VERSION_WRITER(version), 0,
	    find_in_segment, &f);

	if (status < 0)
		return status;
	*ret_seq = f.seq;
	return STATUS_OK;
}

/* A write at hand: row of a segment being merged. */
struct write {
	const struct registry_table *table;
	const struct value *values;  /* keys and cells */
	uint32_t writer;
	uint64_t seq;
	int64_t version;
};

/* Concurrent: neither author knew the other's write.  The exact place of the
 * older write is looked for only where the vectors leave it open. */
static int
concurrent(struct merge *m, const struct write *w, int64_t existing,
    bool *ret_yes, uint64_t *ret_seq)
{
	uint32_t other = VERSION_WRITER(existing);
	struct store_head head;
	uint8_t hash[HASH_BYTES];
	uint64_t known, known_back, base = 0;
	int status;

	*ret_yes = false;
	*ret_seq = 0;
	if (other == w->writer || other == 0)
		return STATUS_OK;
	status = store_head(m->store, other, &head);
	if (status != STATUS_OK)
		return status;
	status = store_knows(m->store, w->writer, w->seq, other, &known);
	if (status != STATUS_OK || known >= head.stored)
		return status;
	/* Not looked for, it counts as the other stream's last: rather one
	 * question too many for people than a search without end. */
	if (m->searched < MERGE_MAX_SEARCHES) {
		m->searched++;
		status = find_write(m, w->table, w->values, existing, ret_seq);
		if (status == STATUS_OK && *ret_seq == 0)
			status = store_base(m->store, other, &base, hash);
		if (status != STATUS_OK)
			return status;
		/* In none of its segments, so in what a checkpoint took: who wrote
		 * since then has known it for years. */
		if (base != 0)
			return STATUS_OK;
	}
	if (*ret_seq != 0 && known >= *ret_seq)
		return STATUS_OK;
	status = store_knows(m->store, other,
	    *ret_seq != 0 ? *ret_seq : head.stored, w->writer, &known_back);
	if (status != STATUS_OK)
		return status;
	*ret_yes = known_back < w->seq;
	return STATUS_OK;
}

static int
note_column(struct merge *m, const struct write *w, unsigned column,
    const struct row *before, const struct row *after, bool incoming_lost,
    uint64_t scope, struct merge_result *ret)
{
	const struct registry_column *c = &w->table->columns[column];
	struct store_conflict conflict = {
		.table = w->table->id, .column = c->id, .scope = scope,
	};
	/* A deletion is newer than every value that it took away. */
	int64_t old = before->exists ? before->versions[column] : before->version;
	uint64_t old_seq;
	bool yes;
	int status;

	if (c->merge == MERGE_QUIET)
		return STATUS_OK;
	for (unsigned k = 0; k < w->table->nkeys; k++)
		value_put(&conflict.key, w->values[k]);
	status = buffer_status(&conflict.key);
	if (status == STATUS_OK)
		status = concurrent(m, w, old, &yes, &old_seq);
	if (status != STATUS_OK)
		goto out;
	if (!yes)
		goto out;
	conflict.winner = after->values[column];
	conflict.loser = incoming_lost ? w->values[column] : before->values[column];
	conflict.winner_writer = incoming_lost ? VERSION_WRITER(old) : w->writer;
	conflict.loser_writer = incoming_lost ? w->writer : VERSION_WRITER(old);
	conflict.winner_stamp = VERSION_STAMP(incoming_lost ? old : w->version);
	conflict.loser_stamp = VERSION_STAMP(incoming_lost ? w->version : old);
	conflict.winner_seq = incoming_lost ? old_seq : w->seq;
	conflict.loser_seq = incoming_lost ? w->seq : old_seq;
	status = store_inbox_add(m->store, &conflict);
	if (status == STATUS_EXISTS)
		status = STATUS_OK;
	else if (status == STATUS_OK)
		ret->conflicts++;
out:
	buffer_release(&conflict.key);
	return status;
}

/* ---- rows ---- */

/* Copies the cells that a row borrows from the store, which gives them up at
 * its next call. */
static int
row_keep(struct batch *b, const struct registry_table *t, struct row *row)
{
	for (unsigned i = 0; i < t->ncolumns; i++) {
		struct value *v = &row->values[i];
		void *copy;

		if ((v->type != VALUE_TEXT && v->type != VALUE_BLOB) || v->len == 0)
			continue;
		copy = batch_alloc(b, v->len);
		if (copy == NULL)
			return STATUS_NOMEM;
		memcpy(copy, v->p, v->len);
		v->p = copy;
	}
	return STATUS_OK;
}

/* A write closes the questions that its author knew both sides of, also when it
 * says what stands already. */
static int
close_known(struct merge *m, const struct write *w, const struct batch_row *br)
{
	struct buffer key = BUFFER_INIT;
	uint64_t open = 0;
	int status = store_inbox_count(m->store, &open);

	for (unsigned k = 0; open > 0 && k < w->table->nkeys; k++)
		value_put(&key, w->values[k]);
	if (status == STATUS_OK)
		status = buffer_status(&key);
	for (unsigned i = w->table->nkeys; open > 0 && i < w->table->ncolumns; i++)
		if (status == STATUS_OK && (br->op != BATCH_PART || (br->mask >> i & 1)))
			status = store_inbox_close(m->store, w->table->id,
			    w->table->columns[i].id, key.data, key.len, w->writer, w->seq);
	buffer_release(&key);
	return status;
}

int
merge_row(struct merge *m, struct batch *b, const struct batch_table *t,
    uint32_t index, const struct segment_header *h, uint32_t writer, uint64_t note,
    struct merge_result *ret)
{
	const struct batch_row *br = &t->rows[index];
	struct value values[REGISTRY_MAX_COLUMNS];
	struct row row = {0}, before;
	struct row_loss loss = {0};
	struct write w = {
		.table = t->table, .values = values, .writer = writer,
		.seq = h->first + br->tx, .version = VERSION(br->stamp, writer),
	};
	bool changed;
	int status;

	for (unsigned i = 0; i < t->table->ncolumns; i++)
		values[i] = i < t->table->nkeys || (br->mask >> i & 1) ?
		    *batch_cell(t, i, index) : t->table->columns[i].missing;
	status = store_get(m->store, t->table, values, &row);
	if (status == STATUS_OK)
		status = row_keep(b, t->table, &row);
	if (status != STATUS_OK)
		return status;
	for (unsigned k = 0; k < t->table->nkeys; k++)
		row.values[k] = values[k];
	/* What a deletion took away is gone; it left as if nobody had ever written. */
	for (unsigned i = t->table->nkeys; !row.exists && i < t->table->ncolumns; i++)
		row.values[i] = t->table->columns[i].missing;
	before = row;
	changed = row_merge(t->table, &row, br, values, w.version, store_writer_compare,
	    m->store, &loss);
	if (br->slow == 3) {
		changed |= store_blank(t->table, &row);
		note &= ~store_blank_mask(t->table);
	}
	if (changed) {
		status = store_put(m->store, t->table, &row);
		if (status != STATUS_OK)
			return status;
	}
	for (unsigned i = t->table->nkeys; i < t->table->ncolumns; i++) {
		bool lost = loss.mask >> i & 1, over = loss.overwritten >> i & 1;

		if ((!lost && !over) || !(note >> i & 1))
			continue;
		/* Nobody chose the default of a column that he did not know. */
		if (lost && !(br->mask >> i & 1))
			continue;
		if (value_equal(before.values[i], values[i]))
			continue;
		status = note_column(m, &w, i, &before, &row, lost,
		    h->stream.scope, ret);
		if (status != STATUS_OK)
			return status;
	}
	return close_known(m, &w, br);
}

static int
apply(struct merge *m, struct batch *b, const struct segment_header *h,
    uint32_t writer, struct merge_result *ret)
{
	for (uint32_t i = 0; i < b->ntables; i++) {
		struct batch_table *t = &b->tables[i];
		int status;

		if (t->table == NULL)
			continue;
		status = store_apply(m->store, t, writer);
		if (status != STATUS_OK)
			return status;
		for (uint32_t row = 0; row < t->nrows; row++) {
			if (t->rows[row].slow != 1 && t->rows[row].slow != 3)
				continue;
			status = merge_row(m, b, t, row, h, writer, UINT64_MAX, ret);
			if (status != STATUS_OK)
				return status;
		}
	}
	return STATUS_OK;
}

/* ---- segments ---- */

static bool
is_stream_here(const struct merge *m, const struct stream_id *s, uint32_t *ret_free)
{
	uint32_t n = 0;
	bool here = false;

	for (uint32_t w = 1; w <= store_stream_count(m->store); w++) {
		const struct stream_id *id = store_stream_id(m->store, w);

		n += id->scope == s->scope;
		here |= stream_id_compare(id, s) == 0;
	}
	*ret_free = n < MERGE_MAX_STREAMS ? MERGE_MAX_STREAMS - n : 0;
	return here;
}

/* Leaves out of a verified header's vector what this scope has no room for:
 * who seems to know less is asked about more, that is all. */
static void
knows_bound(const struct merge *m, struct segment_header *h)
{
	struct vector *v = &h->knows;
	uint32_t left = 0, taken = 0;
	size_t n = 0;

	for (size_t i = 0; i < v->n; i++) {
		if (v->entries[i].stream.scope != h->stream.scope)
			continue;
		if (!is_stream_here(m, &v->entries[i].stream, &left)) {
			if (taken >= left)
				continue;
			taken++;
		}
		v->entries[n++] = v->entries[i];
	}
	v->n = n;
}

/* What is stored of a segment: without the leaves of those erased already.  b: NULL
 * where it could not be decoded whole. */
static int
stub(struct merge *m, const struct segment *s, const struct batch *b,
    struct buffer *ret_packed, struct store_segment *seg)
{
	uint32_t n = 0;
	int status = b != NULL ? merge_erase_segment(m->store, s, b, ret_packed, &n) :
	    merge_erase_packed(m->store, m->registry, seg->packed, seg->packed_len,
	    ret_packed, &n);

	if (status == STATUS_OK && n > 0) {
		seg->packed = ret_packed->data;
		seg->packed_len = ret_packed->len;
	}
	return status;
}

/* Stores and applies an opened and verified segment at the end of a stream. */
static int
take(struct merge *m, struct segment *s, const uint8_t *packed, size_t len,
    uint32_t writer, const uint8_t hash[HASH_BYTES], struct merge_result *ret)
{
	struct batch b;
	struct store_segment seg = { .writer = writer, .packed = packed,
	    .packed_len = len, .first = s->header.first, .count = s->header.count };
	struct buffer stubbed = BUFFER_INIT;
	struct segment_header h = s->header; /* under the name that it is kept by */
	uint32_t refused = 0, ended = 0;
	int status = STATUS_OK, decoded;

	batch_init(&b);
	h.stream = *store_stream_id(m->store, writer);
	memcpy(seg.hash, hash, HASH_BYTES);
	decoded = segment_decode(s, m->registry, m->keys->keys, m->keys->n, &b);
	if (decoded == STATUS_NOMEM) {
		status = decoded;
		goto out;
	}
	if (decoded == STATUS_OK)
		status = merge_rights_mark(m, &b, &h, &refused);
	if (decoded == STATUS_OK)
		merge_ended_mark(m, &b, &h, &ended);
	if (status == STATUS_OK)
		status = stub(m, s, decoded == STATUS_OK ? &b : NULL, &stubbed, &seg);
	if (status != STATUS_OK)
		goto out;
	knows_bound(m, &s->header);
	seg.knows = &s->header.knows;
	m->searched = 0;
	batch_times(&b, &seg.min_time_s, &seg.max_time_s);
	status = store_segment_add(m->store, &seg);
	if (status == STATUS_OK)
		status = merge_rights_note_key(m, s);
	if (status != STATUS_OK)
		goto out;
	if (decoded != STATUS_OK) {
		/* Nonsense under a good signature: kept as evidence, the chain
		 * goes on. */
		status = hold(m, &h, NULL, 0, STATUS_MALFORMED, ret);
		if (status == STATUS_OK && m->judge != NULL)
			status = m->judge(m->judge_ctx, &h.stream, seg.first,
			    VERDICT_ALL_ROWS, VERDICT_NONSENSE);
		goto merged;
	}
	status = apply(m, &b, &h, writer, ret);
	if (status == STATUS_OK && refused > 0) {
		ret->refused_rows += refused;
		status = hold(m, &h, NULL, 0, STATUS_RIGHTS, ret);
	}
	if (status == STATUS_OK && b.unknown)
		status = hold(m, &h, NULL, 0, STATUS_UNKNOWN_SCHEMA, ret);
	if (status == STATUS_OK && ended > 0)
		status = store_ended_late(m->store, store_checkpoint(m->store,
		    h.stream.scope), ended, m->now_s);
	ret->segments++;
	ret->transactions += h.count;
	ret->rows += b.nrows - refused - ended;
	ret->ended_rows += ended;
merged:
	if (status == STATUS_OK)
		status = store_set_merged(m->store, writer,
		    seg.first + seg.count - 1);
out:
	buffer_release(&stubbed);
	batch_release(&b);
	return status;
}

static bool
is_own(const struct merge *m, const struct stream_id *s)
{
	return m->self != NULL && node_id_compare(&m->self->id, &s->node) == 0 &&
	    s->epoch == m->epoch;
}

/* A segment that nothing here comes before in the words of its author: forged, or
 * of a branch whose beginning is not here yet.  It is refused as forged, and tried
 * again when more of its stream comes. */
static int
unplaced(struct merge *m, const uint8_t *packed, size_t len,
    const struct segment_header *h, struct merge_result *ret)
{
	struct merge_result waits = {0};

	refuse(ret, STATUS_BAD_SIGNATURE);
	return h->first == 1 ? STATUS_OK : hold(m, h, packed, len, STATUS_FORK, &waits);
}

/* An opened segment of a certified author. */
static int
merge_opened(struct merge *m, struct segment *s, const uint8_t *packed, size_t len,
    const struct roster_cert *cert, struct merge_result *ret)
{
	struct merge_place place = {0};
	uint32_t writer;
	bool counts = true;
	int status = merge_fork_find(m, s, cert->node.sign_pk, &place);

	if (status != STATUS_OK || place.known) {
		ret->known += place.known;
		return status;
	}
	if (place.writer == 0)
		return unplaced(m, packed, len, &s->header, ret);
	status = merge_fork_counts(m, &s->header, &place, &counts);
	if (status == STATUS_OK && !counts) {
		refuse(ret, STATUS_REVOKED);
		return STATUS_OK;
	}
	if (status == STATUS_OK)
		status = merge_fork_enter(m, &place, &writer);
	if (status == STATUS_TOO_LARGE) {
		refuse(ret, status);
		return STATUS_OK;
	}
	if (status == STATUS_OK) {
		ret->copied |= is_own(m, &s->header.stream);
		status = take(m, s, packed, len, writer, place.hash, ret);
	}
	return status;
}

static bool
may_author(const struct merge *m, const struct roster_cert *cert,
    const struct stream_id *s)
{
	if (m->scope != SCOPE_COUNTY && s->scope != SCOPE_COUNTY &&
	    s->scope != m->scope)
		return false;
	return cert->role == ROLE_HUB ||
	    (cert->role == ROLE_SCHOOL && s->scope == cert->scope);
}

/* One segment whose header was read: refused, held or taken. */
static int
merge_peeked(struct merge *m, const uint8_t *packed, size_t len,
    const struct segment_header *h, struct merge_result *ret)
{
	struct roster_cert self = { .role = ROLE_SCHOOL, .scope = m->scope };
	const struct roster_cert *cert = roster_node(m->roster, &h->stream.node);
	struct segment s = {0};
	bool known = false, near = false;
	uint32_t writer, left;
	int status;

	/* Authors name no branch: which one they are on they do not know. */
	if (!stream_id_is_plain(&h->stream)) {
		refuse(ret, STATUS_MALFORMED);
		return STATUS_OK;
	}
	if (h->knows.n > MERGE_MAX_STREAMS) {
		refuse(ret, STATUS_TOO_LARGE);
		return STATUS_OK;
	}
	if (m->from != NULL && m->from->role == ROLE_SCHOOL &&
	    h->stream.scope != SCOPE_COUNTY && h->stream.scope != m->from->scope) {
		refuse(ret, STATUS_RIGHTS);
		return STATUS_OK;
	}
	if (cert == NULL && m->self != NULL &&
	    node_id_compare(&m->self->id, &h->stream.node) == 0) {
		self.node = *m->self;
		cert = &self;
	}
	/* What its author may was said in a roster that is not here yet. */
	if (cert == NULL || h->roster > m->roster->number)
		return hold(m, h, packed, len, STATUS_UNCERTIFIED, ret);
	if (!may_author(m, cert, &h->stream)) {
		refuse(ret, STATUS_RIGHTS);
		return STATUS_OK;
	}
	if (!roster_counts(m->roster, &h->stream, h->first + h->count - 1)) {
		refuse(ret, STATUS_REVOKED);
		return STATUS_OK;
	}
	if (!is_stream_here(m, &h->stream, &left) && left == 0) {
		refuse(ret, STATUS_TOO_LARGE);
		return STATUS_OK;
	}
	status = store_stream(m->store, &h->stream, &writer);
	if (status == STATUS_OK)
		status = merge_fork_knows(m, packed, len, h, &known, &near);
	if (status != STATUS_OK || known) {
		ret->known += known;
		return status;
	}
	if (!near)
		return hold(m, h, packed, len, STATUS_EARLY, ret);
	status = segment_open(packed, len, &s);
	if (status == STATUS_OK)
		status = merge_opened(m, &s, packed, len, cert, ret);
	else if (status != STATUS_NOMEM) {
		refuse(ret, status);
		status = STATUS_OK;
	}
	segment_release(&s);
	return status;
}

/* One segment, without looking at what it frees. */
static int
merge_step(struct merge *m, const uint8_t *packed, size_t len,
    struct merge_result *ret, struct stream_id *ret_stream)
{
	struct segment_header h = {0};
	int status = segment_peek(packed, len, &h);

	if (status != STATUS_OK) {
		refuse(ret, status);
		return STATUS_OK;
	}
	*ret_stream = h.stream;
	status = merge_peeked(m, packed, len, &h, ret);
	vector_release(&h.knows);
	return status;
}

/* ---- held ---- */

struct waiting {
	struct buffer packed;           /* found */
	int64_t id;
	int64_t after;                  /* ids up to here were looked at */
	int reason;
	bool found;
};

static int
find_held(void *ctx, const struct store_held *h)
{
	struct waiting *w = ctx;

	if (h->packed == NULL || h->id <= w->after)
		return 0;
	buffer_put(&w->packed, h->packed, h->packed_len);
	if (buffer_status(&w->packed) != STATUS_OK)
		return STATUS_NOMEM;
	w->id = h->id;
	w->reason = h->reason;
	w->found = true;
	return 1;
}

static int
newest_held(void *ctx, const struct store_held *h)
{
	int64_t *newest = ctx;

	if (h->id > *newest)
		*newest = h->id;
	return 0;
}

/* Takes a held segment out and merges it. */
static int
take_held(struct merge *m, struct waiting *w, struct merge_result *ret)
{
	struct merge_result one = {0};
	struct stream_id stream;
	int status = store_held_remove(m->store, w->id);

	if (status == STATUS_OK)
		status = merge_step(m, w->packed.data, w->packed.len, &one, &stream);
	/* Of what still waits for its branch was told when it came. */
	if (w->reason == STATUS_FORK && one.segments == 0)
		return status;
	ret->segments += one.segments;
	ret->known += one.known;
	ret->held += one.held;
	ret->refused += one.refused;
	ret->transactions += one.transactions;
	ret->rows += one.rows;
	ret->conflicts += one.conflicts;
	ret->refused_rows += one.refused_rows;
	ret->copied |= one.copied;
	if (one.status != STATUS_OK)
		ret->status = one.status;
	return status;
}

/* Tries once what waits for a reason up to a place of a stream (0: at any).  What goes
 * back to waiting gets a higher id and is not seen again. */
static int
release(struct merge *m, const struct stream_id *stream, int reason, uint64_t first,
    struct merge_result *ret)
{
	int64_t after = 0, newest = 0;
	int status = store_held_at(m->store, reason, stream, first, newest_held, &newest);

	while (status == STATUS_OK && after < newest) {
		struct waiting w = { .after = after };

		status = store_held_at(m->store, reason, stream, first, find_held, &w);
		after = w.found && w.id <= newest ? w.id : newest;
		if (status >= 0)
			status = w.found && w.id <= newest ? take_held(m, &w, ret) : STATUS_OK;
		buffer_release(&w.packed);
	}
	return status;
}

int
merge_follow(struct merge *m, const struct stream_id *stream, struct merge_result *ret)
{
	struct stream_id plain = *stream; /* as held segments name it */
	uint64_t held;
	bool more = true;
	int status = store_held_count(m->store, &held);

	memset(plain.fork, 0, sizeof(plain.fork));
	while (status == STATUS_OK && held > 0 && more) {
		struct store_head head;
		uint32_t at = 0, before = ret->segments;

		while (status == STATUS_OK && merge_fork_family(m, &plain, &at, &head))
			status = release(m, &plain, STATUS_EARLY, head.stored + 1, ret);
		if (status == STATUS_OK)
			status = release(m, &plain, STATUS_FORK, 0, ret);
		more = ret->segments > before;
	}
	return status;
}

int
merge_segment(struct merge *m, const uint8_t *packed, size_t len,
    struct merge_result *ret)
{
	struct stream_id stream = {0};
	uint32_t before = ret->segments;
	int status = merge_step(m, packed, len, ret, &stream);

	if (status == STATUS_OK && ret->segments > before)
		status = merge_follow(m, &stream, ret);
	return status;
}

int
merge_retry(struct merge *m, struct merge_result *ret)
{
	int64_t after = 0, newest = 0;
	int status = merge_revoke_apply(m, &ret->withdrawn);

	if (status == STATUS_OK)
		status = merge_verdict_review(m);
	if (status == STATUS_OK)
		status = merge_upgrade_held(m, ret);

	if (status == STATUS_OK)
		status = store_held(m->store, 0, newest_held, &newest);

	/* What goes back to waiting gets a higher id and is not seen again. */
	while (status == STATUS_OK) {
		struct waiting w = { .after = after };
		struct stream_id stream = {0};
		uint32_t before = ret->segments;

		status = store_held(m->store, 0, find_held, &w);
		if (status == 1)
			status = STATUS_OK;
		if (status < 0 || !w.found) {
			buffer_release(&w.packed);
			return status < 0 ? status : STATUS_OK;
		}
		after = w.id;
		if (after > newest) {
			buffer_release(&w.packed);
			return STATUS_OK;
		}
		if (w.reason != STATUS_FORK && w.reason != STATUS_EARLY) {
			status = store_held_remove(m->store, w.id);
			if (status == STATUS_OK)
				status = merge_step(m, w.packed.data, w.packed.len, ret,
				    &stream);
			if (status == STATUS_OK && ret->segments > before)
				status = merge_follow(m, &stream, ret);
		}
		buffer_release(&w.packed);
	}
	return status;
}
