#include "sync/segment.h"

#include <stdlib.h>
#include <string.h>

#include "sync/facts.h"
#include "sync/leaves.h"
#include "sync/pack.h"
#include "sync/thin.h"

#define SEGMENT_VERSION 1
#define HEADER_MAX_BYTES (SEGMENT_MAX_BYTES / 4)

enum {
	FLAG_LEAVES = 1,
	FLAG_PRIVATE = 2,
	FLAG_THIN = 4,
	FLAGS = 7
};

static void
put_u64(struct buffer *b, uint64_t v)
{
	int i;

	for (i = 0; i < 8; i++)
		buffer_put_u8(b, (uint8_t)(v >> 8 * i));
}

/* What is both sent and signed. */
static void
header_put(struct buffer *b, const struct segment_header *h)
{
	stream_id_put(b, &h->stream);
	buffer_put_varint(b, h->first);
	buffer_put_varint(b, h->count);
	buffer_put_varint(b, h->roster);
	vector_put(b, &h->knows);
}

static int
header_hash(const struct segment_header *h, uint64_t county,
    const uint8_t prev[HASH_BYTES], const uint8_t parts[3][HASH_BYTES],
    uint8_t ret[HASH_BYTES])
{
	struct buffer b = BUFFER_INIT;
	int status;

	put_u64(&b, county);
	header_put(&b, h);
	buffer_put(&b, prev, HASH_BYTES);
	buffer_put(&b, parts, 3 * HASH_BYTES);
	status = buffer_status(&b);
	if (status == STATUS_OK)
		hash_bytes("kehou 1 segment", b.data, b.len, ret);
	buffer_release(&b);
	return status;
}

static int
header_check(const struct segment_header *h)
{
	if (h->count == 0 || h->first == 0 || h->count > BATCH_MAX_TX
	    || h->first > (uint64_t)INT64_MAX - h->count)
		return STATUS_MALFORMED;
	return STATUS_OK;
}

/* The three parts as they stand in the unpacked bytes. */
struct parts {
	struct buffer facts, leaves, private_part;
};

static void
parts_release(struct parts *p)
{
	buffer_release(&p->facts);
	buffer_release(&p->leaves);
	buffer_release(&p->private_part);
}

static int
parts_digest(const uint8_t *facts, size_t facts_len, const uint8_t *leaves,
    size_t leaves_len, const uint8_t *private_part, size_t private_len,
    uint8_t ret[3][HASH_BYTES], uint32_t *ret_nleaves, uint32_t *ret_nerased)
{
	uint32_t nprivate, erased;
	int status;

	hash_bytes("kehou 1 facts", facts, facts_len, ret[0]);
	status = leaves_digest(leaves, leaves_len, false, ret[1], ret_nleaves,
	    ret_nerased);
	if (status == STATUS_OK)
		status = leaves_digest(private_part, private_len, true, ret[2],
		    &nprivate, &erased);
	if (status != STATUS_OK)
		return status;
	*ret_nleaves += nprivate;
	*ret_nerased += erased;
	return STATUS_OK;
}

static int
parts_encode(const struct registry *reg, const struct segment_header *h,
    const struct batch *batch, const struct school_key *key, const struct env *env,
    struct parts *p)
{
	int status = facts_encode(reg, &h->stream, batch, &p->facts);

	if (status == STATUS_OK)
		status = leaves_encode(batch, env, &p->leaves);
	if (status == STATUS_OK)
		status = private_encode(batch, &h->stream, h->first, key, env,
		    &p->private_part);
	return status;
}

/* signature: NULL for a piece. */
static int
frame_put(const struct segment_header *h, const struct parts *p,
    const uint8_t *signature, struct buffer *ret)
{
	struct buffer head = BUFFER_INIT, body = BUFFER_INIT;
	int status;

	buffer_put_u8(&head, SEGMENT_VERSION);
	buffer_put_u8(&head, (uint8_t)((p->leaves.len ? FLAG_LEAVES : 0)
	    | (p->private_part.len ? FLAG_PRIVATE : 0)
	    | (signature ? 0 : FLAG_THIN)));
	if (signature)
		buffer_put(&head, signature, SIGNATURE_BYTES);
	header_put(&head, h);
	buffer_put_varint(&head, p->facts.len);
	buffer_put(&body, p->facts.data, p->facts.len);
	if (p->leaves.len)
		buffer_put_bytes(&body, p->leaves.data, p->leaves.len);
	if (p->private_part.len)
		buffer_put_bytes(&body, p->private_part.data, p->private_part.len);
	status = buffer_status(&head);
	if (status == STATUS_OK)
		status = buffer_status(&body);
	if (status == STATUS_OK && head.len + body.len > SEGMENT_MAX_BYTES)
		status = STATUS_TOO_LARGE;
	if (status == STATUS_OK) {
		buffer_put_bytes(ret, head.data, head.len);
		status = pack(body.data, body.len, ret);
	}
	buffer_release(&head);
	buffer_release(&body);
	return status;
}

int
segment_build(const struct registry *reg, uint64_t county,
    const struct segment_header *header, const uint8_t prev[HASH_BYTES],
    const struct batch *batch, const struct school_key *key,
    const struct identity *author, const struct env *env,
    struct buffer *ret_packed, uint8_t ret_hash[HASH_BYTES])
{
	struct parts p = {BUFFER_INIT, BUFFER_INIT, BUFFER_INIT};
	uint8_t digests[3][HASH_BYTES], hash[HASH_BYTES], signature[SIGNATURE_BYTES];
	uint32_t nleaves, nerased;
	size_t start = ret_packed->len;
	int status = header_check(header);

	if (status != STATUS_OK || header->count != batch->ntx)
		return STATUS_USAGE;
	status = parts_encode(reg, header, batch, key, env, &p);
	if (status == STATUS_OK)
		status = parts_digest(p.facts.data, p.facts.len, p.leaves.data,
		    p.leaves.len, p.private_part.data, p.private_part.len,
		    digests, &nleaves, &nerased);
	if (status == STATUS_OK)
		status = header_hash(header, county, prev,
		    (const uint8_t (*)[HASH_BYTES])digests, hash);
	if (status == STATUS_OK) {
		identity_sign_hash(author, hash, signature);
		status = frame_put(header, &p, signature, ret_packed);
	}
	parts_release(&p);
	if (status != STATUS_OK) {
		ret_packed->len = start;
		return status;
	}
	memcpy(ret_hash, hash, HASH_BYTES);
	return STATUS_OK;
}

void
segment_release(struct segment *s)
{
	vector_release(&s->header.knows);
	buffer_release(&s->bytes);
	*s = (struct segment){0};
}

/* Reads the clear header in front of the packed body. */
static int
header_read(struct reader *packed, struct segment_header *ret, uint8_t *ret_flags,
    uint64_t *ret_facts_len)
{
	struct segment_header h = {0};
	struct reader r;
	const uint8_t *data;
	size_t len;
	uint64_t count;
	uint8_t version;
	int status;

	data = reader_bytes(packed, HEADER_MAX_BYTES, &len);
	if (!data)
		return STATUS_TRUNCATED;
	reader_init(&r, data, len);
	version = reader_u8(&r);
	if (!r.failed && version > SEGMENT_VERSION)
		return STATUS_NEWER;
	*ret_flags = reader_u8(&r);
	if (!(*ret_flags & FLAG_THIN))
		reader_copy(&r, h.signature, sizeof h.signature);
	stream_id_read(&r, &h.stream);
	h.first = reader_varint(&r);
	count = reader_varint(&r);
	h.roster = reader_varint(&r);
	if (r.failed)
		return STATUS_TRUNCATED;
	if (version != SEGMENT_VERSION || *ret_flags & ~FLAGS || count > BATCH_MAX_TX)
		return STATUS_MALFORMED;
	h.count = (uint32_t)count;
	status = vector_read(&r, &h.knows);
	*ret_facts_len = reader_varint(&r);
	if (status == STATUS_OK)
		status = reader_end(&r);
	if (status == STATUS_OK)
		status = header_check(&h);
	if (status != STATUS_OK) {
		vector_release(&h.knows);
		return status;
	}
	*ret = h;
	return STATUS_OK;
}

int
segment_peek(const uint8_t *packed, size_t len, struct segment_header *ret)
{
	struct segment_header h;
	struct reader r;
	uint64_t facts_len;
	uint8_t flags;
	int status;

	reader_init(&r, packed, len);
	status = header_read(&r, &h, &flags, &facts_len);
	if (status == STATUS_OK && flags & FLAG_THIN) {
		vector_release(&h.knows);
		status = STATUS_MALFORMED;
	}
	if (status == STATUS_OK)
		*ret = h;
	return status;
}

/* Generation in front of the private part. */
static int
private_generation(struct segment *s)
{
	struct reader r;
	uint64_t generation;

	if (s->private_len == 0)
		return STATUS_OK;
	reader_init(&r, s->private_part, s->private_len);
	generation = reader_varint(&r);
	if (r.failed || generation == 0 || generation > UINT32_MAX)
		return STATUS_MALFORMED;
	s->private_generation = (uint32_t)generation;
	return STATUS_OK;
}

int
segment_open(const uint8_t *packed, size_t len, struct segment *s)
{
	struct reader r;
	uint64_t facts_len;
	uint8_t flags;
	int status;

	reader_init(&r, packed, len);
	status = header_read(&r, &s->header, &flags, &facts_len);
	if (status == STATUS_OK)
		status = unpack(r.p, r.left, SEGMENT_MAX_BYTES, &s->bytes);
	if (status != STATUS_OK)
		return status;
	reader_init(&r, s->bytes.data, s->bytes.len);
	if (facts_len > r.left)
		return STATUS_TRUNCATED;
	s->thin = flags & FLAG_THIN;
	s->facts_len = (size_t)facts_len;
	s->facts = reader_take(&r, s->facts_len);
	if (flags & FLAG_LEAVES)
		s->leaves = reader_bytes(&r, SIZE_MAX, &s->leaves_len);
	if (flags & FLAG_PRIVATE)
		s->private_part = reader_bytes(&r, SIZE_MAX, &s->private_len);
	status = reader_end(&r);
	if (status == STATUS_OK && ((flags & FLAG_LEAVES && !s->leaves_len)
	    || (flags & FLAG_PRIVATE && !s->private_len)))
		status = STATUS_MALFORMED;
	if (status == STATUS_OK)
		status = private_generation(s);
	if (status == STATUS_OK)
		status = parts_digest(s->facts, s->facts_len, s->leaves,
		    s->leaves_len, s->private_part, s->private_len, s->parts,
		    &s->nleaves, &s->nerased);
	return status;
}

int
segment_hash(const struct segment *s, uint64_t county, const uint8_t prev[HASH_BYTES],
    uint8_t ret_hash[HASH_BYTES])
{
	return header_hash(&s->header, county, prev, s->parts, ret_hash);
}

int
segment_verify(const struct segment *s, uint64_t county,
    const uint8_t prev[HASH_BYTES], const uint8_t sign_pk[32],
    uint8_t ret_hash[HASH_BYTES])
{
	uint8_t hash[HASH_BYTES];
	int status = segment_hash(s, county, prev, hash);

	if (status == STATUS_OK && s->thin)
		status = STATUS_BAD_SIGNATURE;
	if (status == STATUS_OK)
		status = identity_verify_hash(sign_pk, hash, s->header.signature);
	if (status == STATUS_OK)
		memcpy(ret_hash, hash, HASH_BYTES);
	return status;
}

int
segment_decode(const struct segment *s, const struct registry *reg,
    const struct school_key *keys, size_t nkeys, struct batch *ret)
{
	int status = segment_facts(s, reg, ret);

	if (status == STATUS_OK)
		status = leaves_decode(s->leaves, s->leaves_len, ret);
	if (status == STATUS_OK)
		status = private_decode(s->private_part, s->private_len,
		    &s->header.stream, s->header.first, keys, nkeys, ret);
	if (status != STATUS_OK)
		batch_clear(ret);
	return status;
}

int
segment_facts(const struct segment *s, const struct registry *reg, struct batch *ret)
{
	return (s->thin ? thin_decode : facts_decode)(reg, &s->header.stream,
	    s->header.count, s->facts, s->facts_len, ret);
}

struct erasing {
	const struct batch *b;
	segment_gone *gone;
	void *ctx;
};

static bool
gone_leaf(void *ctx, uint64_t table, uint64_t row)
{
	const struct erasing *e = ctx;
	const struct batch_table *t = table > REGISTRY_MAX_TABLE_ID ? NULL :
	    batch_find(e->b, (uint16_t)table);

	return t && t->table && row < t->nrows && e->gone(e->ctx, t, (uint32_t)row);
}

int
segment_erase(const struct segment *s, const struct batch *batch, segment_gone *gone,
    void *ctx, struct buffer *ret_packed, uint32_t *ret_n)
{
	struct parts p = {BUFFER_INIT, BUFFER_INIT, BUFFER_INIT};
	struct erasing e = {batch, gone, ctx};
	uint32_t n = 0;
	int status = leaves_erase(s->leaves, s->leaves_len, false, gone_leaf, &e,
	    &p.leaves, &n);

	if (status == STATUS_OK)
		status = leaves_erase(s->private_part, s->private_len, true, gone_leaf,
		    &e, &p.private_part, &n);
	if (status == STATUS_OK && n) {
		buffer_put(&p.facts, s->facts, s->facts_len);
		status = buffer_status(&p.facts);
		if (status == STATUS_OK)
			status = frame_put(&s->header, &p, s->thin ? NULL :
			    s->header.signature, ret_packed);
	}
	parts_release(&p);
	if (status == STATUS_OK)
		*ret_n = n;
	return status;
}

int
segment_thin(const struct segment *s, const struct registry *reg,
    const struct batch *facts, struct buffer *ret_packed, uint32_t *ret_rows)
{
	struct parts p = {BUFFER_INIT, BUFFER_INIT, BUFFER_INIT};
	uint32_t rows = 0;
	int status = thin_encode(reg, &s->header.stream, facts, &p.facts, &rows);

	if (status == STATUS_OK && rows)
		status = leaves_thin(s->leaves, s->leaves_len, false, facts, &p.leaves);
	if (status == STATUS_OK && rows)
		status = leaves_thin(s->private_part, s->private_len, true, facts,
		    &p.private_part);
	if (status == STATUS_OK && rows)
		status = frame_put(&s->header, &p, NULL, ret_packed);
	parts_release(&p);
	if (status == STATUS_OK)
		*ret_rows = rows;
	return status;
}

struct stubs {
	const struct batch *b;
	segment_gone *gone;
	void *ctx;
	uint32_t n;
};

static int
count_stub(void *ctx, uint64_t table, uint64_t row, bool erased)
{
	struct stubs *u = ctx;
	struct erasing e = {u->b, u->gone, u->ctx};

	u->n += erased && !gone_leaf(&e, table, row);
	return STATUS_OK;
}

int
segment_stubs(const struct segment *s, const struct batch *batch, segment_gone *gone,
    void *ctx, uint32_t *ret_n)
{
	struct stubs u = {batch, gone, ctx, 0};
	int status = leaves_each(s->leaves, s->leaves_len, false, count_stub, &u);

	if (status == STATUS_OK)
		status = leaves_each(s->private_part, s->private_len, true, count_stub,
		    &u);
	if (status == STATUS_OK)
		*ret_n = u.n;
	return status;
}
