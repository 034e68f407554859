#include "sync/leaves.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "sync/pack.h"

enum leaf_kind {
	LEAF_WHOLE = 0, /* salt, body */
	LEAF_ERASED = 1 /* digest of what was there */
};

/* A row that has cells of the wanted privacy. */
struct cell_row {
	const struct batch_table *table;
	struct value person; /* NULL: the row stands for itself */
	uint32_t row, order;
	uint64_t mask;
};

static uint64_t
privacy_mask(const struct registry_table *t, enum registry_privacy privacy)
{
	uint64_t mask = 0;
	unsigned c;

	for (c = t->nkeys; c < t->ncolumns; c++)
		if (t->columns[c].privacy == privacy)
			mask |= UINT64_C(1) << c;
	return mask;
}

static struct value
person_of(const struct batch_table *t, uint32_t row)
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
		uint64_t wanted = t->table ? privacy_mask(t->table, privacy) : 0;

		for (j = 0; wanted && j < t->nrows; j++) {
			uint64_t mask = told_mask(t, j, wanted);

			if (mask) {
				rows[n] = (struct cell_row){t, person_of(t, j), j, n,
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

/* Next leaf: its digest, and its body or NULL. */
static int
leaf_read(struct reader *r, uint8_t digest[HASH_BYTES], const uint8_t **ret_body,
    size_t *ret_len)
{
	uint8_t kind = reader_u8(r);
	const uint8_t *salt;
	struct hash h;

	*ret_body = NULL;
	if (kind == LEAF_ERASED) {
		reader_copy(r, digest, HASH_BYTES);
		return reader_status(r);
	}
	salt = reader_take(r, SEGMENT_SALT_BYTES);
	*ret_body = reader_bytes(r, SEGMENT_MAX_BYTES, ret_len);
	if (r->failed)
		return STATUS_TRUNCATED;
	if (kind != LEAF_WHOLE)
		return STATUS_MALFORMED;
	hash_init(&h, "kehou 1 leaf");
	hash_update(&h, salt, SEGMENT_SALT_BYTES);
	hash_update(&h, *ret_body, *ret_len);
	hash_final(&h, digest);
	return STATUS_OK;
}

int
leaves_digest(const uint8_t *leaves, size_t len, uint8_t ret[HASH_BYTES],
    uint32_t *ret_nleaves, uint32_t *ret_nerased)
{
	uint8_t digest[HASH_BYTES];
	const uint8_t *body;
	size_t n = 0, i, body_len;
	uint32_t erased = 0;
	struct reader r;
	struct hash h;
	int status;

	hash_init(&h, "kehou 1 leaves");
	reader_init(&r, leaves, len);
	if (len) {
		n = reader_count(&r, LEAVES_MAX);
		if (r.failed || n == 0)
			return STATUS_MALFORMED;
	}
	for (i = 0; i < n; i++) {
		status = leaf_read(&r, digest, &body, &body_len);
		if (status != STATUS_OK)
			return status;
		erased += !body;
		hash_update(&h, digest, HASH_BYTES);
	}
	status = reader_end(&r);
	if (status != STATUS_OK)
		return status;
	hash_final(&h, ret);
	*ret_nleaves = (uint32_t)n;
	*ret_nerased = erased;
	return STATUS_OK;
}

/* Which cells were filled: a mask for each row of each table. */
struct filled {
	uint64_t **masks; /* by index of table in the batch */
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
	if (r->failed || !t || row >= t->nrows || ids == 0)
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
		uint64_t wanted = t->table ? privacy_mask(t->table, privacy) : 0;

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

	while (r->left && status == STATUS_OK)
		status = row_read(r, b, privacy, f);
	return status;
}

int
leaves_decode(const uint8_t *leaves, size_t len, struct batch *batch)
{
	uint8_t digest[HASH_BYTES];
	struct filled f = {NULL};
	struct reader r, body_r;
	const uint8_t *body;
	size_t n = 0, body_len;
	bool erased = false;
	int status = filled_init(&f, batch);

	reader_init(&r, leaves, len);
	if (len)
		n = reader_count(&r, LEAVES_MAX);
	while (n-- && status == STATUS_OK) {
		status = leaf_read(&r, digest, &body, &body_len);
		if (status != STATUS_OK)
			break;
		erased = erased || !body;
		if (!body)
			continue;
		reader_init(&body_r, body, body_len);
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
    uint32_t generation)
{
	static const char context[] = "kehou 1 private";

	buffer_put(b, context, sizeof context);
	stream_id_put(b, stream);
	buffer_put_varint(b, first);
	buffer_put_varint(b, generation);
}

static int
private_seal(const struct buffer *plain, const struct stream_id *stream,
    uint64_t first, const struct school_key *key, const struct env *env,
    struct buffer *ret)
{
	uint8_t nonce[crypto_aead_xchacha20poly1305_ietf_NPUBBYTES], *out;
	struct buffer context = BUFFER_INIT;
	int status;

	private_context(&context, stream, first, key->generation);
	env->random(env->ctx, nonce, sizeof nonce);
	buffer_put_varint(ret, key->generation);
	buffer_put(ret, nonce, sizeof nonce);
	out = buffer_extend(ret,
	    plain->len + crypto_aead_xchacha20poly1305_ietf_ABYTES);
	status = buffer_status(&context);
	if (!out)
		status = STATUS_NOMEM;
	if (status == STATUS_OK)
		crypto_aead_xchacha20poly1305_ietf_encrypt(out, NULL, plain->data,
		    plain->len, context.data, context.len, NULL, nonce, key->key);
	buffer_release(&context);
	return status;
}

int
private_encode(const struct batch *batch, const struct stream_id *stream,
    uint64_t first, const struct school_key *key, const struct env *env,
    struct buffer *ret)
{
	struct buffer plain = BUFFER_INIT, packed = BUFFER_INIT;
	struct cell_row *rows;
	uint32_t n, i;
	int status = rows_collect(batch, PRIVACY_PRIVATE, &rows, &n);

	if (status != STATUS_OK)
		return status;
	if (n && (!key || key->generation == 0))
		status = STATUS_USAGE;
	for (i = 0; i < n && status == STATUS_OK; i++)
		status = row_put(&plain, &rows[i]);
	if (status == STATUS_OK)
		status = buffer_status(&plain);
	if (n && status == STATUS_OK)
		status = pack(plain.data, plain.len, &packed);
	if (n && status == STATUS_OK)
		status = private_seal(&packed, stream, first, key, env, ret);
	if (plain.data)
		sodium_memzero(plain.data, plain.cap);
	buffer_release(&plain);
	buffer_release(&packed);
	free(rows);
	return status;
}

static int
private_open(struct reader *r, const struct stream_id *stream, uint64_t first,
    const struct school_key *key, struct buffer *ret)
{
	const uint8_t *nonce = reader_take(r,
	    crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
	struct buffer context = BUFFER_INIT, packed = BUFFER_INIT;
	uint8_t *out;
	int status;

	if (!nonce || r->left < crypto_aead_xchacha20poly1305_ietf_ABYTES)
		return STATUS_TRUNCATED;
	private_context(&context, stream, first, key->generation);
	out = buffer_extend(&packed,
	    r->left - crypto_aead_xchacha20poly1305_ietf_ABYTES);
	status = out ? buffer_status(&context) : STATUS_NOMEM;
	if (status == STATUS_OK && crypto_aead_xchacha20poly1305_ietf_decrypt(out,
	    NULL, NULL, r->p, r->left, context.data, context.len, nonce, key->key))
		status = STATUS_BAD_SIGNATURE;
	if (status == STATUS_OK)
		status = unpack(packed.data, packed.len, SEGMENT_MAX_BYTES, ret);
	buffer_release(&context);
	buffer_release(&packed);
	return status;
}

/* Moves the plain text into the batch's memory: cells point there. */
static int
private_fill(const struct buffer *plain, struct batch *b, struct filled *f)
{
	uint8_t *bytes = batch_alloc(b, plain->len);
	struct reader r;

	if (!bytes)
		return STATUS_NOMEM;
	if (plain->len)
		memcpy(bytes, plain->data, plain->len);
	reader_init(&r, bytes, plain->len);
	return rows_read(&r, b, PRIVACY_PRIVATE, f);
}

int
private_decode(const uint8_t *part, size_t len, const struct stream_id *stream,
    uint64_t first, const struct school_key *keys, size_t nkeys, struct batch *batch)
{
	const struct school_key *key = NULL;
	struct buffer plain = BUFFER_INIT;
	struct filled f = {NULL};
	struct reader r;
	uint64_t generation;
	size_t i;
	int status = filled_init(&f, batch);

	reader_init(&r, part, len);
	generation = len ? reader_varint(&r) : 0;
	for (i = 0; i < nkeys; i++)
		if (generation && keys[i].generation == generation)
			key = &keys[i];
	if (status == STATUS_OK && key)
		status = private_open(&r, stream, first, key, &plain);
	if (status == STATUS_OK && key)
		status = private_fill(&plain, batch, &f);
	if (status == STATUS_OK)
		status = unfilled_clear(batch, PRIVACY_PRIVATE, &f, !key && len,
		    !key && len);
	if (plain.data)
		sodium_memzero(plain.data, plain.cap);
	buffer_release(&plain);
	filled_release(&f, batch);
	return status;
}
