#include "sync/leaves_internal.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define PRIVATE_ALIGN 32 /* plain text of a private leaf is padded to this */

/* A row that has cells of the wanted privacy. */
struct cell_row {
	const struct batch_table *table;
	struct value person; /* NULL: the row stands for itself */
	uint32_t row, order;
	uint64_t mask;
};

uint64_t
leaves_mask(const struct registry_table *t, enum registry_privacy privacy)
{
	uint64_t mask = 0;
	unsigned c;

	for (c = t->nkeys; c < t->ncolumns; c++)
		if (t->columns[c].privacy == privacy)
			mask |= UINT64_C(1) << c;
	return mask;
}

struct value
leaves_person(const struct batch_table *t, uint32_t row)
{
	if (t->table->subject < 0)
		return value_null();
	return *batch_cell(t, (unsigned)t->table->subject, row);
}

/* Cells of a row that must be told.  In a WHOLE row those with their default
 * go without saying: a mark without a remark needs no leaf. */
static uint64_t
told_mask(const struct batch_table *t, uint32_t row, uint64_t wanted)
{
	uint64_t mask = t->rows[row].mask & wanted;
	unsigned c;

	for (c = 0; t->rows[row].op == BATCH_WHOLE && c < t->table->ncolumns; c++)
		if (mask >> c & 1 && value_equal(*batch_cell(t, c, row),
		    t->table->columns[c].missing))
			mask &= ~(UINT64_C(1) << c);
	return mask;
}

static int
rows_collect(const struct batch *b, enum registry_privacy privacy,
    struct cell_row **ret, uint32_t *ret_n)
{
	struct cell_row *rows = calloc(b->nrows ? b->nrows : 1, sizeof *rows);
	uint32_t n = 0, i, j;

	if (!rows)
		return STATUS_NOMEM;
	for (i = 0; i < b->ntables; i++) {
		const struct batch_table *t = &b->tables[i];
		uint64_t wanted = t->table ? leaves_mask(t->table, privacy) : 0;

		for (j = 0; wanted && j < t->nrows; j++) {
			uint64_t mask = told_mask(t, j, wanted);

			if (mask) {
				rows[n] = (struct cell_row){t, leaves_person(t, j), j, n,
				    mask};
				n++;
			}
		}
	}
	*ret = rows;
	*ret_n = n;
	return STATUS_OK;
}

static int
person_order(const void *pa, const void *pb)
{
	const struct cell_row *a = pa, *b = pb;
	int c = value_compare(a->person, b->person);

	return c ? c : (a->order > b->order) - (a->order < b->order);
}

static bool
value_fits(const struct registry_table *t, unsigned c, struct value v)
{
	return v.type == VALUE_NULL || v.type == t->columns[c].type;
}

static int
row_put(struct buffer *b, const struct cell_row *r)
{
	const struct registry_table *t = r->table->table;
	uint64_t ids = 0;
	unsigned c;

	for (c = 0; c < t->ncolumns; c++)
		if (r->mask >> c & 1)
			ids |= UINT64_C(1) << t->columns[c].id;
	buffer_put_varint(b, t->id);
	buffer_put_varint(b, r->row);
	buffer_put_varint(b, ids);
	for (c = 0; c < t->ncolumns; c++) {
		struct value v;

		if (!(r->mask >> c & 1))
			continue;
		v = *batch_cell(r->table, c, r->row);
		if (!value_fits(t, c, v))
			return STATUS_USAGE;
		value_put(b, v);
	}
	return STATUS_OK;
}

/* Rows of one leaf: those of one person, or one that stands for itself. */
static uint32_t
leaf_length(const struct cell_row *rows, uint32_t n)
{
	uint32_t i = 1;

	if (rows[0].person.type == VALUE_NULL)
		return 1;
	while (i < n && value_equal(rows[i].person, rows[0].person))
		i++;
	return i;
}

int
leaves_encode(const struct batch *batch, const struct env *env, struct buffer *ret)
{
	struct buffer body = BUFFER_INIT, all = BUFFER_INIT;
	struct cell_row *rows;
	uint8_t salt[SEGMENT_SALT_BYTES];
	uint32_t n, i, j, len, leaves = 0;
	int status = rows_collect(batch, PRIVACY_SUBJECT, &rows, &n);

	if (status != STATUS_OK)
		return status;
	qsort(rows, n, sizeof *rows, person_order);
	for (i = 0; i < n && status == STATUS_OK; i += len, leaves++) {
		len = leaf_length(rows + i, n - i);
		buffer_clear(&body);
		for (j = 0; j < len && status == STATUS_OK; j++)
			status = row_put(&body, &rows[i + j]);
		env->random(env->ctx, salt, sizeof salt);
		buffer_put_u8(&all, LEAF_WHOLE);
		buffer_put(&all, salt, sizeof salt);
		buffer_put_bytes(&all, body.data, body.len);
		if (status == STATUS_OK)
			status = buffer_status(&body);
	}
	if (leaves && status == STATUS_OK) {
		buffer_put_varint(ret, leaves);
		buffer_put(ret, all.data, all.len);
		status = all.failed ? STATUS_NOMEM : buffer_status(ret);
	}
	buffer_release(&body);
	buffer_release(&all);
	free(rows);
	return status;
}

int
leaves_next(struct reader *r, bool private, struct leaf *ret)
{
	struct leaf l = {.start = r->p};
	uint8_t kind = reader_u8(r);
	struct reader body;
	struct hash h;

	if (kind == LEAF_ERASED || private) {
		l.table = reader_varint(r);
		l.row = reader_varint(r);
	}
	if (kind == LEAF_ERASED) {
		reader_copy(r, l.inner, HASH_BYTES);
	} else {
		l.salt = reader_take(r, SEGMENT_SALT_BYTES);
		l.body = reader_bytes(r, SEGMENT_MAX_BYTES, &l.len);
	}
	if (r->failed)
		return STATUS_TRUNCATED;
	if (kind != LEAF_ERASED && kind != LEAF_WHOLE)
		return STATUS_MALFORMED;
	l.bytes = (size_t)(r->p - l.start);
	if (kind == LEAF_WHOLE) {
		if (!private) {
			reader_init(&body, l.body, l.len);
			l.table = reader_varint(&body);
			l.row = reader_varint(&body);
			if (body.failed)
				return STATUS_MALFORMED;
		}
		hash_init(&h, private ? "kehou 1 private leaf" : "kehou 1 leaf body");
		hash_update(&h, l.salt, SEGMENT_SALT_BYTES);
		hash_update(&h, l.body, l.len);
		hash_final(&h, l.inner);
	}
	*ret = l;
	return STATUS_OK;
}

/* The digest that stands for a leaf, whole or erased: whose it is is signed too,
 * so that nobody erases one person's leaf under another's name. */
static int
leaf_digest(const struct leaf *l, uint8_t ret[HASH_BYTES])
{
	struct buffer b = BUFFER_INIT;
	int status;

	buffer_put_varint(&b, l->table);
	buffer_put_varint(&b, l->row);
	buffer_put(&b, l->inner, HASH_BYTES);
	status = buffer_status(&b);
	if (status == STATUS_OK)
		hash_bytes("kehou 1 leaf", b.data, b.len, ret);
	buffer_release(&b);
	return status;
}

int
leaves_begin(struct reader *r, const uint8_t *list, size_t len, bool private,
    uint64_t *ret_generation, size_t *ret_n)
{
	reader_init(r, list, len);
	*ret_generation = 0;
	*ret_n = 0;
	if (!len)
		return STATUS_OK;
	if (private)
		*ret_generation = reader_varint(r);
	*ret_n = reader_count(r, LEAVES_MAX);
	return r->failed || *ret_n == 0 ? STATUS_MALFORMED : STATUS_OK;
}

int
leaves_digest(const uint8_t *leaves, size_t len, bool private, uint8_t ret[HASH_BYTES],
    uint32_t *ret_nleaves, uint32_t *ret_nerased)
{
	uint8_t digest[HASH_BYTES], bytes[8];
	uint64_t generation;
	uint32_t erased = 0;
	struct reader r;
	struct hash h;
	struct leaf l;
	size_t n, i;
	int status = leaves_begin(&r, leaves, len, private, &generation, &n);

	hash_init(&h, private ? "kehou 1 private" : "kehou 1 leaves");
	for (i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(generation >> 8 * i);
	if (private && len)
		hash_update(&h, bytes, sizeof bytes);
	for (i = 0; status == STATUS_OK && i < n; i++) {
		status = leaves_next(&r, private, &l);
		if (status == STATUS_OK)
			status = leaf_digest(&l, digest);
		if (status != STATUS_OK)
			return status;
		erased += !l.body;
		hash_update(&h, digest, HASH_BYTES);
	}
	if (status == STATUS_OK)
		status = reader_end(&r);
	if (status != STATUS_OK)
		return status;
	hash_final(&h, ret);
	*ret_nleaves = (uint32_t)n;
	*ret_nerased = erased;
	return STATUS_OK;
}

int
leaves_each(const uint8_t *leaves, size_t len, bool private, leaves_visit *visit,
    void *ctx)
{
	uint64_t generation;
	struct reader r;
	struct leaf l;
	size_t n, i;
	int status = leaves_begin(&r, leaves, len, private, &generation, &n);

	for (i = 0; status == STATUS_OK && i < n; i++) {
		status = leaves_next(&r, private, &l);
		if (status == STATUS_OK)
			status = visit(ctx, l.table, l.row, !l.body);
	}
	return status;
}

int
leaves_erase(const uint8_t *leaves, size_t len, bool private, leaves_gone *gone,
    void *ctx, struct buffer *ret, uint32_t *ret_n)
{
	uint64_t generation;
	struct reader r;
	struct leaf l;
	size_t n, i;
	int status = leaves_begin(&r, leaves, len, private, &generation, &n);

	if (private && len)
		buffer_put_varint(ret, generation);
	if (len)
		buffer_put_varint(ret, n);
	for (i = 0; status == STATUS_OK && i < n; i++) {
		status = leaves_next(&r, private, &l);
		if (status != STATUS_OK)
			break;
		if (!l.body || !gone(ctx, l.table, l.row)) {
			buffer_put(ret, l.start, l.bytes);
			continue;
		}
		buffer_put_u8(ret, LEAF_ERASED);
		buffer_put_varint(ret, l.table);
		buffer_put_varint(ret, l.row);
		buffer_put(ret, l.inner, HASH_BYTES);
		++*ret_n;
	}
	return status == STATUS_OK ? buffer_status(ret) : status;
}

/* Which cells were filled: a mask for each row of each table. */
struct filled {
	uint64_t **masks; /* by index of table in the batch */
	struct value person; /* of the leaf at hand */
	uint32_t rows;       /* known ones of the leaf at hand */
};

static void
filled_release(struct filled *f, const struct batch *b)
{
	uint32_t i;

	for (i = 0; f->masks && i < b->ntables; i++)
		free(f->masks[i]);
	free(f->masks);
}

static int
filled_init(struct filled *f, const struct batch *b)
{
	uint32_t i;

	f->masks = calloc(b->ntables + 1, sizeof *f->masks);
	if (!f->masks)
		return STATUS_NOMEM;
	for (i = 0; i < b->ntables; i++) {
		f->masks[i] = calloc(b->tables[i].nrows + 1, sizeof **f->masks);
		if (!f->masks[i])
			return STATUS_NOMEM;
	}
	return STATUS_OK;
}

/* Whether a leaf may hold this row too: all are of one person. */
static bool
same_leaf(struct filled *f, const struct batch_table *t, uint32_t row)
{
	struct value person;

	if (!t->table)
		return true;
	person = leaves_person(t, row);
	if (f->rows++ == 0) {
		f->person = person;
		return true;
	}
	return person.type != VALUE_NULL && value_equal(person, f->person);
}

/* The values of one row's columns of this privacy; unknown ones are skipped. */
static int
row_read(struct reader *r, struct batch *b, enum registry_privacy privacy,
    struct filled *f)
{
	uint64_t table = reader_varint(r), row = reader_varint(r);
	uint64_t ids = reader_varint(r), bit;
	struct batch_table *t = NULL;
	unsigned id;
	int c;

	if (table <= REGISTRY_MAX_TABLE_ID)
		t = batch_find(b, (uint16_t)table);
	if (r->failed || !t || row >= t->nrows || ids == 0
	    || !same_leaf(f, t, (uint32_t)row))
		return STATUS_MALFORMED;
	for (id = 0; id < 64; id++) {
		struct value v;

		if (!(ids >> id & 1))
			continue;
		v = value_read(r);
		if (r->failed)
			return STATUS_TRUNCATED;
		c = t->table ? registry_column(t->table, (uint16_t)id) : -1;
		if (c < 0) {
			b->unknown = true;
			continue;
		}
		bit = UINT64_C(1) << c;
		if (c < t->table->nkeys || t->table->columns[c].privacy != privacy
		    || !(t->rows[row].mask & bit)
		    || f->masks[t - b->tables][row] & bit
		    || !value_fits(t->table, (unsigned)c, v))
			return STATUS_MALFORMED;
		f->masks[t - b->tables][row] |= bit;
		*batch_cell(t, (unsigned)c, (uint32_t)row) = v;
	}
	return STATUS_OK;
}

static void
defaults_fill(struct batch_table *t, uint32_t row, uint64_t mask)
{
	unsigned c;

	for (c = 0; c < t->table->ncolumns; c++)
		if (mask >> c & 1)
			*batch_cell(t, c, row) = t->table->columns[c].missing;
}

/* What was not filled: in a WHOLE row it has its default; else its bit goes out
 * of the mask, or is MALFORMED where all should have come.  hidden: nothing of
 * this privacy can be read here, the bits go in any case. */
static int
unfilled_clear(struct batch *b, enum registry_privacy privacy, const struct filled *f,
    bool may_lack, bool hidden)
{
	uint32_t i, j;

	for (i = 0; i < b->ntables; i++) {
		struct batch_table *t = &b->tables[i];
		uint64_t wanted = t->table ? leaves_mask(t->table, privacy) : 0;

		for (j = 0; wanted && j < t->nrows; j++) {
			uint64_t lack = t->rows[j].mask & wanted & ~f->masks[i][j];

			if (!lack)
				continue;
			if (t->rows[j].op == BATCH_WHOLE && !hidden) {
				defaults_fill(t, j, lack);
				continue;
			}
			if (!may_lack)
				return STATUS_MALFORMED;
			t->rows[j].mask &= ~lack;
		}
	}
	return STATUS_OK;
}

static int
rows_read(struct reader *r, struct batch *b, enum registry_privacy privacy,
    struct filled *f)
{
	int status = STATUS_OK;

	f->rows = 0;
	while (r->left && status == STATUS_OK) {
		/* No table is 0: padding. */
		if (privacy == PRIVACY_PRIVATE && *r->p == 0) {
			while (r->left && *r->p == 0)
				(void)reader_u8(r);
			return r->left ? STATUS_MALFORMED : STATUS_OK;
		}
		status = row_read(r, b, privacy, f);
	}
	return status;
}

int
leaves_decode(const uint8_t *leaves, size_t len, struct batch *batch)
{
	struct filled f = {NULL};
	struct reader r, body_r;
	uint64_t generation;
	bool erased = false;
	struct leaf l;
	size_t n;
	int status = leaves_begin(&r, leaves, len, false, &generation, &n);

	if (status == STATUS_OK)
		status = filled_init(&f, batch);
	while (status == STATUS_OK && n--) {
		status = leaves_next(&r, false, &l);
		if (status != STATUS_OK)
			break;
		erased = erased || !l.body;
		if (!l.body)
			continue;
		reader_init(&body_r, l.body, l.len);
		status = rows_read(&body_r, batch, PRIVACY_SUBJECT, &f);
	}
	if (status == STATUS_OK)
		status = unfilled_clear(batch, PRIVACY_SUBJECT, &f, erased, false);
	filled_release(&f, batch);
	return status;
}

/* Binds the ciphertext to its place. */
static void
private_context(struct buffer *b, const struct stream_id *stream, uint64_t first,
    uint32_t generation, uint64_t table, uint64_t row)
{
	static const char context[] = "kehou 1 private";

	buffer_put(b, context, sizeof context);
	stream_id_put(b, stream);
	buffer_put_varint(b, first);
	buffer_put_varint(b, generation);
	buffer_put_varint(b, table);
	buffer_put_varint(b, row);
}

/* Nonce of a leaf: its salt, then zeroes.  The salt goes with the leaf, so that
 * who holds the school's key cannot try guesses against the digest that stays. */
static void
private_nonce(const uint8_t *salt,
    uint8_t ret[crypto_aead_xchacha20poly1305_ietf_NPUBBYTES])
{
	memset(ret, 0, crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
	memcpy(ret, salt, SEGMENT_SALT_BYTES);
}

/* One person's rows: plain is padded and emptied. */
static int
private_seal(struct buffer *plain, const struct stream_id *stream, uint64_t first,
    const struct cell_row *row, const struct school_key *key, const struct env *env,
    struct buffer *ret)
{
	uint8_t nonce[crypto_aead_xchacha20poly1305_ietf_NPUBBYTES];
	uint8_t salt[SEGMENT_SALT_BYTES], *out;
	struct buffer context = BUFFER_INIT;
	int status;

	while (plain->len % PRIVATE_ALIGN && !plain->failed)
		buffer_put_u8(plain, 0);
	private_context(&context, stream, first, key->generation, row->table->table->id,
	    row->row);
	env->random(env->ctx, salt, sizeof salt);
	private_nonce(salt, nonce);
	buffer_put_u8(ret, LEAF_WHOLE);
	buffer_put_varint(ret, row->table->table->id);
	buffer_put_varint(ret, row->row);
	buffer_put(ret, salt, sizeof salt);
	buffer_put_varint(ret, plain->len + crypto_aead_xchacha20poly1305_ietf_ABYTES);
	out = buffer_extend(ret, plain->len + crypto_aead_xchacha20poly1305_ietf_ABYTES);
	status = buffer_status(&context);
	if (status == STATUS_OK)
		status = buffer_status(plain);
	if (!out)
		status = STATUS_NOMEM;
	if (status == STATUS_OK)
		crypto_aead_xchacha20poly1305_ietf_encrypt(out, NULL, plain->data,
		    plain->len, context.data, context.len, NULL, nonce, key->key);
	buffer_release(&context);
	buffer_clear(plain);
	return status;
}

int
private_encode(const struct batch *batch, const struct stream_id *stream,
    uint64_t first, const struct school_key *key, const struct env *env,
    struct buffer *ret)
{
	struct buffer plain = BUFFER_INIT, all = BUFFER_INIT;
	struct cell_row *rows;
	uint32_t n, i, j, len, leaves = 0;
	int status = rows_collect(batch, PRIVACY_PRIVATE, &rows, &n);

	if (status != STATUS_OK)
		return status;
	if (n && (!key || key->generation == 0))
		status = STATUS_USAGE;
	qsort(rows, n, sizeof *rows, person_order);
	for (i = 0; i < n && status == STATUS_OK; i += len, leaves++) {
		len = leaf_length(rows + i, n - i);
		for (j = 0; j < len && status == STATUS_OK; j++)
			status = row_put(&plain, &rows[i + j]);
		if (status == STATUS_OK)
			status = private_seal(&plain, stream, first, &rows[i], key, env,
			    &all);
	}
	if (leaves && status == STATUS_OK) {
		buffer_put_varint(ret, key->generation);
		buffer_put_varint(ret, leaves);
		buffer_put(ret, all.data, all.len);
		status = all.failed ? STATUS_NOMEM : buffer_status(ret);
	}
	if (plain.data)
		sodium_memzero(plain.data, plain.cap);
	buffer_release(&plain);
	buffer_release(&all);
	free(rows);
	return status;
}

/* Opens one leaf into the batch's memory: cells point there. */
static int
private_open(const struct leaf *l, const struct stream_id *stream, uint64_t first,
    const struct school_key *key, struct batch *b, struct filled *f)
{
	uint8_t nonce[crypto_aead_xchacha20poly1305_ietf_NPUBBYTES], *out;
	struct buffer context = BUFFER_INIT;
	struct reader r;
	size_t len;
	int status;

	if (l->len < crypto_aead_xchacha20poly1305_ietf_ABYTES)
		return STATUS_TRUNCATED;
	len = l->len - crypto_aead_xchacha20poly1305_ietf_ABYTES;
	private_context(&context, stream, first, key->generation, l->table, l->row);
	private_nonce(l->salt, nonce);
	out = batch_alloc(b, len);
	status = out ? buffer_status(&context) : STATUS_NOMEM;
	if (status == STATUS_OK && crypto_aead_xchacha20poly1305_ietf_decrypt(out,
	    NULL, NULL, l->body, l->len, context.data, context.len, nonce, key->key))
		status = STATUS_BAD_SIGNATURE;
	buffer_release(&context);
	if (status != STATUS_OK)
		return status;
	reader_init(&r, out, len);
	return rows_read(&r, b, PRIVACY_PRIVATE, f);
}

int
private_decode(const uint8_t *part, size_t len, const struct stream_id *stream,
    uint64_t first, const struct school_key *keys, size_t nkeys, struct batch *batch)
{
	const struct school_key *key = NULL;
	struct filled f = {NULL};
	struct reader r;
	uint64_t generation;
	bool hidden;
	struct leaf l;
	size_t n, i;
	int status = leaves_begin(&r, part, len, true, &generation, &n);

	if (status == STATUS_OK)
		status = filled_init(&f, batch);
	for (i = 0; i < nkeys; i++)
		if (generation && keys[i].generation == generation)
			key = &keys[i];
	hidden = !key && len;
	for (i = 0; status == STATUS_OK && key && i < n; i++) {
		status = leaves_next(&r, true, &l);
		if (status != STATUS_OK)
			break;
		if (l.body)
			status = private_open(&l, stream, first, key, batch, &f);
		/* Whoever has no key cannot see that it is wrong, and takes the rest:
		 * so does who has it, or replicas would differ. */
		if (status != STATUS_OK && status != STATUS_NOMEM) {
			hidden = true;
			status = STATUS_OK;
		}
	}
	if (status == STATUS_OK)
		status = unfilled_clear(batch, PRIVACY_PRIVATE, &f, len > 0, hidden);
	filled_release(&f, batch);
	return status;
}
