#include "sync/bundle.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sync/folder.h"
#include "sync/magic.h"
#include "sync/segment.h"

#define TAG_BYTES crypto_aead_chacha20poly1305_ietf_ABYTES
#define NONCE_BYTES crypto_aead_chacha20poly1305_ietf_NPUBBYTES
#define SEALED_CHUNK_BYTES (BUNDLE_CHUNK_BYTES + TAG_BYTES)
#define HEADER_MAX_BYTES (MAGIC_BYTES + 7 * 10 + 2 * NODE_ID_BYTES + REQUEST_MAX_BYTES + 32)
#define ITEM_HEAD_BYTES 4
#define PAIR_BYTES 8

/* --- Common to both sides ------------------------------------------------- */

/* What the file key is for, while a file goes through. */
struct sealing {
	uint8_t key[32];
	uint8_t aad[HASH_BYTES]; /* hash of the header; bound to chunk 0 */
	uint32_t chunk;          /* number of the next one */
	struct hash signed_hash; /* header and body as they pass by */
};

/* Padmé, with at least five bits below the highest one: at most 3.2 % more. */
static uint64_t
padded(uint64_t len)
{
	unsigned e = 0, zero_bits;
	uint64_t mask;

	while (len >> (e + 1))
		e++;
	zero_bits = e > 5 ? e - 5 : 0;
	mask = ((uint64_t)1 << zero_bits) - 1;
	return (len + mask) & ~mask;
}

static uint64_t
sealed_bytes(uint64_t plain)
{
	uint64_t chunks = (plain + BUNDLE_CHUNK_BYTES - 1) / BUNDLE_CHUNK_BYTES;

	return plain + chunks * TAG_BYTES;
}

/* The inverse; 0 when no plaintext has that many sealed bytes. */
static uint64_t
plain_bytes(uint64_t sealed)
{
	uint64_t chunks = (sealed + SEALED_CHUNK_BYTES - 1) / SEALED_CHUNK_BYTES;

	if (sealed <= chunks * TAG_BYTES)
		return 0;
	return sealed_bytes(sealed - chunks * TAG_BYTES) == sealed
	    ? sealed - chunks * TAG_BYTES : 0;
}

static void
pair_digest(const struct node_id *sender, const struct node_id *recipient,
    uint8_t ret[PAIR_BYTES])
{
	uint8_t ids[2 * NODE_ID_BYTES], digest[HASH_BYTES];

	memcpy(ids, sender->b, NODE_ID_BYTES);
	memcpy(ids + NODE_ID_BYTES, recipient->b, NODE_ID_BYTES);
	hash_bytes("kehou 1 bundle pair", ids, sizeof ids, digest);
	memcpy(ret, digest, PAIR_BYTES);
}

/* The key of one file: fresh, since one of the two pairs is; so the nonces
 * may count from zero. */
static int
derive_key(const uint8_t own_sk[32], const uint8_t other_pk[32],
    const uint8_t ephemeral_pk[32], const uint8_t recipient_pk[32],
    const struct node_id *sender, uint8_t ret[32])
{
	uint8_t shared[32];
	struct hash h;

	if (crypto_scalarmult(shared, own_sk, other_pk) != 0)
		return STATUS_BAD_SIGNATURE; /* a point of small order */
	hash_init(&h, "kehou 1 bundle key");
	hash_update(&h, shared, sizeof shared);
	hash_update(&h, ephemeral_pk, 32);
	hash_update(&h, recipient_pk, 32);
	hash_update(&h, sender->b, NODE_ID_BYTES);
	hash_final(&h, ret);
	sodium_memzero(shared, sizeof shared);
	sodium_memzero(&h, sizeof h);
	return STATUS_OK;
}

static void
sealing_start(struct sealing *s, const uint8_t *header, size_t len)
{
	struct hash copy;

	hash_init(&s->signed_hash, "kehou 1 bundle");
	hash_update(&s->signed_hash, header, len);
	copy = s->signed_hash;
	hash_final(&copy, s->aad);
	s->chunk = 0;
}

static void
next_nonce(struct sealing *s, bool last, uint8_t ret[NONCE_BYTES])
{
	memset(ret, 0, NONCE_BYTES);
	ret[0] = (uint8_t)s->chunk;
	ret[1] = (uint8_t)(s->chunk >> 8);
	ret[2] = (uint8_t)(s->chunk >> 16);
	ret[3] = (uint8_t)(s->chunk >> 24);
	ret[NONCE_BYTES - 1] = last;
	s->chunk++;
}

/* --- Writer --------------------------------------------------------------- */

struct bundle_writer {
	const struct env *env;
	struct file *file;
	const struct identity *sender;
	int status;               /* the first failure; sticky */
	struct sealing sealing;
	struct hash content;      /* of all bytes of the file */
	uint64_t items, item_bytes; /* still to come */
	uint64_t plain;           /* plaintext not yet sealed, padding included */
	size_t used;              /* bytes in chunk */
	size_t filled;            /* the most that it ever held: to wipe */
	uint8_t chunk[BUNDLE_CHUNK_BYTES]; /* from here on: not set at the beginning */
	uint8_t sealed[SEALED_CHUNK_BYTES];
};

static int
write_out(struct bundle_writer *w, const uint8_t *data, size_t len)
{
	hash_update(&w->content, data, len);
	return w->env->files->append(w->env->ctx, w->file, data, len);
}

static int
seal_chunk(struct bundle_writer *w)
{
	uint8_t nonce[NONCE_BYTES];
	bool first = w->sealing.chunk == 0;
	unsigned long long len;

	next_nonce(&w->sealing, w->plain == w->used, nonce);
	crypto_aead_chacha20poly1305_ietf_encrypt(w->sealed, &len, w->chunk, w->used,
	    first ? w->sealing.aad : NULL, first ? HASH_BYTES : 0, NULL, nonce,
	    w->sealing.key);
	assert(len == w->used + TAG_BYTES);
	w->plain -= w->used;
	w->used = 0;
	hash_update(&w->sealing.signed_hash, w->sealed, (size_t)len);
	return write_out(w, w->sealed, (size_t)len);
}

/* data NULL: zeroes. */
static int
put_plain(struct bundle_writer *w, const uint8_t *data, uint64_t len)
{
	int rc = STATUS_OK;

	while (len > 0 && rc == STATUS_OK) {
		size_t n = sizeof w->chunk - w->used;

		if (n > len)
			n = (size_t)len;
		if (data != NULL) {
			memcpy(w->chunk + w->used, data, n);
			data += n;
		} else {
			memset(w->chunk + w->used, 0, n);
		}
		w->used += n;
		if (w->used > w->filled)
			w->filled = w->used;
		len -= n;
		if (w->used == sizeof w->chunk || w->used == w->plain)
			rc = seal_chunk(w);
	}
	return rc;
}

static void
put_manifest(struct buffer *b, const struct bundle_info *info,
    const struct bundle_manifest *m)
{
	struct buffer inner = BUFFER_INIT;
	uint8_t pair[PAIR_BYTES];

	pair_digest(&info->sender, &info->recipient, pair);
	buffer_put(&inner, pair, sizeof pair);
	buffer_put_varint(&inner, m->since);
	buffer_put_varint(&inner, m->ended);
	buffer_put(&inner, m->heard, sizeof m->heard);
	buffer_put_varint(&inner, m->items);
	buffer_put_varint(&inner, m->item_bytes);
	vector_put(&inner, &m->vector);
	buffer_put_bytes(b, inner.data, inner.len);
	b->failed |= inner.failed;
	buffer_release(&inner);
}

static void
put_header(struct buffer *b, const struct bundle_info *info, uint64_t body_bytes,
    const uint8_t ephemeral_pk[32])
{
	magic_put(b, 'B');
	buffer_put_varint(b, info->county);
	buffer_put(b, info->sender.b, NODE_ID_BYTES);
	buffer_put(b, info->recipient.b, NODE_ID_BYTES);
	buffer_put_varint(b, info->number);
	buffer_put_varint(b, info->replaces);
	buffer_put_varint(b, info->received);
	buffer_put_varint(b, info->roster);
	buffer_put_varint(b, body_bytes);
	buffer_put_bytes(b, info->request, info->request_len);
	buffer_put(b, ephemeral_pk, 32);
}

static int
usable(const struct bundle_info *info, const struct identity *sender,
    const struct bundle_manifest *m)
{
	if (node_id_compare(&info->sender, &sender->pub.id) != 0 ||
	    info->replaces > info->number)
		return STATUS_USAGE;
	if (info->request_len > REQUEST_MAX_BYTES || m->items > BUNDLE_MAX_SEGMENTS
	    || m->item_bytes > BUNDLE_MAX_BYTES)
		return STATUS_TOO_LARGE;
	return STATUS_OK;
}

static int
start_writing(struct bundle_writer *w, const struct bundle_info *info,
    const uint8_t recipient_pk[32], const struct bundle_manifest *m,
    struct buffer *manifest, struct buffer *header)
{
	uint8_t secret[32], ephemeral_pk[32];
	uint64_t body;
	int rc = STATUS_USAGE;

	put_manifest(manifest, info, m);
	if (buffer_status(manifest) != STATUS_OK)
		return STATUS_NOMEM;
	if (manifest->len > BUNDLE_MAX_MANIFEST_BYTES)
		return STATUS_TOO_LARGE;
	w->plain = padded(manifest->len + m->items * ITEM_HEAD_BYTES + m->item_bytes);
	body = sealed_bytes(w->plain);
	w->env->random(w->env->ctx, secret, sizeof secret);
	if (crypto_scalarmult_base(ephemeral_pk, secret) == 0)
		rc = derive_key(secret, recipient_pk, ephemeral_pk, recipient_pk,
		    &info->sender, w->sealing.key);
	sodium_memzero(secret, sizeof secret);
	if (rc != STATUS_OK)
		return STATUS_USAGE; /* no key that one could seal to */
	put_header(header, info, body, ephemeral_pk);
	if (buffer_status(header) != STATUS_OK)
		return STATUS_NOMEM;
	if (header->len + body + SIGNATURE_BYTES > BUNDLE_MAX_BYTES)
		return STATUS_TOO_LARGE;
	sealing_start(&w->sealing, header->data, header->len);
	rc = write_out(w, header->data, header->len);
	return rc == STATUS_OK ? put_plain(w, manifest->data, manifest->len) : rc;
}

int
bundle_writer_new(const struct env *env, struct file *file,
    const struct bundle_info *info, const struct identity *sender,
    const uint8_t recipient_seal_pk[32], const struct bundle_manifest *manifest,
    struct bundle_writer **ret)
{
	struct buffer plain = BUFFER_INIT, header = BUFFER_INIT;
	struct bundle_writer *w;
	int rc = usable(info, sender, manifest);

	if (rc != STATUS_OK)
		return rc;
	w = malloc(sizeof *w);
	if (w == NULL)
		return STATUS_NOMEM;
	memset(w, 0, offsetof(struct bundle_writer, chunk));
	w->env = env;
	w->file = file;
	w->sender = sender;
	w->items = manifest->items;
	w->item_bytes = manifest->item_bytes;
	folder_hash_init(&w->content);
	rc = start_writing(w, info, recipient_seal_pk, manifest, &plain, &header);
	buffer_release(&plain);
	buffer_release(&header);
	if (rc != STATUS_OK) {
		bundle_writer_free(w);
		return rc;
	}
	*ret = w;
	return STATUS_OK;
}

int
bundle_writer_item(struct bundle_writer *w, enum bundle_item kind, const uint8_t *data,
    size_t len)
{
	const uint8_t head[ITEM_HEAD_BYTES] = {(uint8_t)kind, (uint8_t)len,
	    (uint8_t)(len >> 8), (uint8_t)(len >> 16)};

	if (w->status != STATUS_OK)
		return w->status;
	if (len > SEGMENT_MAX_BYTES)
		w->status = STATUS_TOO_LARGE;
	else if (kind < BUNDLE_SEGMENT || kind > BUNDLE_CHECKPOINT || len == 0
	    || w->items == 0 || len > w->item_bytes)
		w->status = STATUS_USAGE;
	if (w->status == STATUS_OK)
		w->status = put_plain(w, head, sizeof head);
	if (w->status == STATUS_OK)
		w->status = put_plain(w, data, len);
	if (w->status == STATUS_OK) {
		w->items--;
		w->item_bytes -= len;
	}
	return w->status;
}

int
bundle_writer_finish(struct bundle_writer *w, uint8_t ret_hash[HASH_BYTES])
{
	uint8_t hash[HASH_BYTES], signature[SIGNATURE_BYTES];

	if (w->status == STATUS_OK && (w->items != 0 || w->item_bytes != 0))
		w->status = STATUS_USAGE;
	if (w->status == STATUS_OK) /* what is not yet there is padding */
		w->status = put_plain(w, NULL, w->plain - w->used);
	if (w->status != STATUS_OK)
		return w->status;
	assert(w->plain == 0 && w->used == 0);
	hash_final(&w->sealing.signed_hash, hash);
	identity_sign_hash(w->sender, hash, signature);
	w->status = write_out(w, signature, sizeof signature);
	if (w->status != STATUS_OK)
		return w->status;
	w->status = STATUS_USAGE; /* nothing may follow */
	hash_final(&w->content, ret_hash);
	return STATUS_OK;
}

void
bundle_writer_free(struct bundle_writer *w)
{
	if (w == NULL)
		return;
	sodium_memzero(w, offsetof(struct bundle_writer, chunk) + w->filled);
	free(w);
}

/* --- Reader --------------------------------------------------------------- */

enum reader_state { FRESH, VERIFIED, OPEN, ENDED };

struct bundle_reader {
	const struct env *env;
	struct file *file;
	enum reader_state state;
	int status;               /* the first failure after open; sticky */
	struct bundle_info info;
	uint8_t ephemeral_pk[32];
	struct sealing sealing;
	uint8_t verified[HASH_BYTES]; /* what the signature is over */
	uint64_t offset;          /* of the next sealed chunk */
	uint64_t body_left;       /* sealed bytes from there on */
	uint64_t plain;           /* plaintext not yet taken */
	uint64_t items, item_bytes; /* not yet taken */
	size_t header_len;
	size_t at, used;          /* taken and filled bytes of chunk */
	size_t filled;            /* the most that it ever held: to wipe */
	struct buffer item;
	uint8_t header[HEADER_MAX_BYTES];
	uint8_t chunk[BUNDLE_CHUNK_BYTES]; /* from here on: not set at the beginning */
	uint8_t sealed[SEALED_CHUNK_BYTES];
};

static int
parse_header(struct bundle_reader *r, size_t len)
{
	struct bundle_info *info = &r->info;
	struct reader in;
	int rc;

	reader_init(&in, r->header, len);
	rc = magic_read(&in, 'B');
	if (rc != STATUS_OK)
		return rc;
	info->county = reader_varint(&in);
	reader_copy(&in, info->sender.b, NODE_ID_BYTES);
	reader_copy(&in, info->recipient.b, NODE_ID_BYTES);
	info->number = reader_varint(&in);
	info->replaces = reader_varint(&in);
	info->received = reader_varint(&in);
	info->roster = reader_varint(&in);
	info->body_bytes = reader_varint(&in);
	info->request = reader_bytes(&in, REQUEST_MAX_BYTES, &info->request_len);
	reader_copy(&in, r->ephemeral_pk, sizeof r->ephemeral_pk);
	r->header_len = len - in.left;
	/* With all the bytes that a header may have, it was not too few of them. */
	if (in.failed)
		return len == HEADER_MAX_BYTES ? STATUS_MALFORMED : STATUS_TRUNCATED;
	if (info->replaces > info->number)
		return STATUS_MALFORMED;
	if (info->body_bytes > BUNDLE_MAX_BYTES)
		return STATUS_TOO_LARGE;
	return plain_bytes(info->body_bytes) == 0 ? STATUS_MALFORMED : STATUS_OK;
}

static int
read_header(struct bundle_reader *r)
{
	uint64_t size, expected;
	size_t len;
	int rc = r->env->files->size(r->env->ctx, r->file, &size);

	if (rc == STATUS_OK)
		rc = r->env->files->read_at(r->env->ctx, r->file, 0, r->header,
		    sizeof r->header, &len);
	if (rc == STATUS_OK)
		rc = parse_header(r, len);
	if (rc != STATUS_OK)
		return rc;
	expected = r->header_len + r->info.body_bytes + SIGNATURE_BYTES;
	if (size > BUNDLE_MAX_BYTES || expected > BUNDLE_MAX_BYTES)
		return STATUS_TOO_LARGE;
	if (size != expected)
		return size < expected ? STATUS_TRUNCATED : STATUS_MALFORMED;
	return STATUS_OK;
}

int
bundle_reader_new(const struct env *env, struct file *file, struct bundle_reader **ret)
{
	struct bundle_reader *r = malloc(sizeof *r);
	int rc;

	if (r == NULL)
		return STATUS_NOMEM;
	memset(r, 0, offsetof(struct bundle_reader, chunk));
	r->env = env;
	r->file = file;
	rc = read_header(r);
	if (rc != STATUS_OK) {
		bundle_reader_free(r);
		return rc;
	}
	*ret = r;
	return STATUS_OK;
}

const struct bundle_info *
bundle_reader_info(const struct bundle_reader *r)
{
	return &r->info;
}

/* The next piece of the body into sealed, at most one chunk. */
static int
read_sealed(struct bundle_reader *r, size_t *ret_len)
{
	size_t want = r->body_left < SEALED_CHUNK_BYTES ? (size_t)r->body_left
	    : SEALED_CHUNK_BYTES, len;
	int rc = r->env->files->read_at(r->env->ctx, r->file, r->offset, r->sealed, want,
	    &len);

	if (rc != STATUS_OK)
		return rc;
	if (len != want)
		return STATUS_TRUNCATED;
	hash_update(&r->sealing.signed_hash, r->sealed, len);
	r->offset += len;
	r->body_left -= len;
	*ret_len = len;
	return STATUS_OK;
}

static void
rewind_body(struct bundle_reader *r)
{
	sealing_start(&r->sealing, r->header, r->header_len);
	r->offset = r->header_len;
	r->body_left = r->info.body_bytes;
}

int
bundle_reader_verify(struct bundle_reader *r, const uint8_t sign_pk[32])
{
	uint8_t signature[SIGNATURE_BYTES];
	size_t len;
	int rc = STATUS_OK;

	if (r->state != FRESH && r->state != VERIFIED)
		return STATUS_USAGE;
	r->state = FRESH;
	rewind_body(r);
	while (r->body_left > 0 && rc == STATUS_OK)
		rc = read_sealed(r, &len);
	if (rc == STATUS_OK)
		rc = r->env->files->read_at(r->env->ctx, r->file, r->offset, signature,
		    sizeof signature, &len);
	if (rc != STATUS_OK)
		return rc;
	if (len != sizeof signature)
		return STATUS_TRUNCATED;
	hash_final(&r->sealing.signed_hash, r->verified);
	rc = identity_verify_hash(sign_pk, r->verified, signature);
	if (rc == STATUS_OK)
		r->state = VERIFIED;
	return rc;
}

static int
open_chunk(struct bundle_reader *r)
{
	uint8_t nonce[NONCE_BYTES];
	bool first = r->sealing.chunk == 0;
	unsigned long long plain;
	size_t len;
	int rc = read_sealed(r, &len);

	if (rc != STATUS_OK)
		return rc;
	next_nonce(&r->sealing, r->body_left == 0, nonce);
	if (crypto_aead_chacha20poly1305_ietf_decrypt(r->chunk, &plain, NULL, r->sealed, len,
	    first ? r->sealing.aad : NULL, first ? HASH_BYTES : 0, nonce,
	    r->sealing.key) != 0)
		return STATUS_BAD_SIGNATURE;
	r->at = 0;
	r->used = (size_t)plain;
	if (r->used > r->filled)
		r->filled = r->used;
	return STATUS_OK;
}

static int
take_plain(struct bundle_reader *r, uint8_t *out, size_t len)
{
	int rc;

	if (len > r->plain)
		return STATUS_MALFORMED;
	r->plain -= len;
	while (len > 0) {
		size_t n = r->used - r->at;

		if (n == 0) {
			rc = open_chunk(r);
			if (rc != STATUS_OK)
				return rc;
			continue;
		}
		if (n > len)
			n = len;
		memcpy(out, r->chunk + r->at, n);
		r->at += n;
		out += n;
		len -= n;
	}
	return STATUS_OK;
}

/* The manifest's length: a varint of at most three bytes, as its limit has. */
static int
take_length(struct bundle_reader *r, size_t *ret)
{
	uint8_t bytes[3];
	struct reader in;
	size_t n = 0;
	uint64_t len;
	int rc;

	do {
		rc = take_plain(r, bytes + n, 1);
		if (rc != STATUS_OK)
			return rc;
	} while (bytes[n++] >= 0x80 && n < sizeof bytes);
	reader_init(&in, bytes, n);
	len = reader_varint(&in);
	if (reader_end(&in) != STATUS_OK)
		return STATUS_MALFORMED;
	if (len > BUNDLE_MAX_MANIFEST_BYTES)
		return STATUS_TOO_LARGE;
	if (len > r->plain)
		return STATUS_MALFORMED;
	*ret = (size_t)len;
	return STATUS_OK;
}

static int
parse_manifest(struct bundle_reader *r, const uint8_t *data, size_t len,
    struct bundle_manifest *ret)
{
	uint8_t pair[PAIR_BYTES], expected[PAIR_BYTES];
	struct reader in;
	int rc;

	reader_init(&in, data, len);
	reader_copy(&in, pair, sizeof pair);
	ret->since = reader_varint(&in);
	ret->ended = reader_varint(&in);
	reader_copy(&in, ret->heard, sizeof ret->heard);
	ret->items = reader_varint(&in);
	ret->item_bytes = reader_varint(&in);
	rc = vector_read(&in, &ret->vector);
	if (rc == STATUS_NOMEM)
		return rc;
	if (rc != STATUS_OK || reader_end(&in) != STATUS_OK)
		return STATUS_MALFORMED;
	pair_digest(&r->info.sender, &r->info.recipient, expected);
	if (sodium_memcmp(pair, expected, sizeof pair) != 0)
		return STATUS_NOT_FOR_US;
	if (ret->items > BUNDLE_MAX_SEGMENTS || ret->item_bytes > BUNDLE_MAX_BYTES)
		return STATUS_TOO_LARGE;
	return STATUS_OK;
}

static int
read_manifest(struct bundle_reader *r, struct bundle_manifest *ret)
{
	uint64_t all = r->plain, declared;
	size_t len = 0;
	uint8_t *data;
	int rc = take_length(r, &len);

	if (rc != STATUS_OK)
		return rc;
	buffer_clear(&r->item);
	data = buffer_extend(&r->item, len);
	if (data == NULL)
		return STATUS_NOMEM;
	rc = take_plain(r, data, len);
	if (rc == STATUS_OK)
		rc = parse_manifest(r, data, len, ret);
	if (rc != STATUS_OK)
		return rc;
	declared = all - r->plain + ret->items * ITEM_HEAD_BYTES + ret->item_bytes;
	return padded(declared) == all ? STATUS_OK : STATUS_MALFORMED;
}

int
bundle_reader_open(struct bundle_reader *r, const struct identity *recipient,
    struct bundle_manifest *ret_manifest)
{
	struct bundle_manifest manifest;
	int rc;

	if (r->state != VERIFIED)
		return STATUS_USAGE;
	if (node_id_compare(&r->info.recipient, &recipient->pub.id) != 0)
		return STATUS_NOT_FOR_US;
	rc = derive_key(recipient->seal_sk, r->ephemeral_pk, r->ephemeral_pk,
	    recipient->pub.seal_pk, &r->info.sender, r->sealing.key);
	if (rc != STATUS_OK)
		return rc;
	memset(&manifest, 0, sizeof manifest);
	rewind_body(r);
	r->at = r->used = 0;
	r->plain = plain_bytes(r->info.body_bytes);
	rc = read_manifest(r, &manifest);
	if (rc != STATUS_OK) {
		vector_release(&manifest.vector);
		return rc;
	}
	r->items = manifest.items;
	r->item_bytes = manifest.item_bytes;
	r->state = OPEN;
	r->status = STATUS_OK;
	*ret_manifest = manifest;
	return STATUS_OK;
}

/* Counts, padding, and that the second pass read what the first one verified. */
static int
check_end(struct bundle_reader *r)
{
	uint8_t hash[HASH_BYTES], bytes[256];
	int rc;

	if (r->item_bytes != 0)
		return STATUS_MALFORMED;
	while (r->plain > 0) {
		size_t n = r->plain < sizeof bytes ? (size_t)r->plain : sizeof bytes;

		rc = take_plain(r, bytes, n);
		if (rc != STATUS_OK)
			return rc;
		if (!sodium_is_zero(bytes, n))
			return STATUS_MALFORMED;
	}
	assert(r->body_left == 0);
	hash_final(&r->sealing.signed_hash, hash);
	if (memcmp(hash, r->verified, sizeof hash) != 0)
		return STATUS_BAD_SIGNATURE;
	r->state = ENDED;
	return STATUS_NOT_FOUND;
}

static int
next_item(struct bundle_reader *r, enum bundle_item *ret_kind)
{
	uint8_t head[ITEM_HEAD_BYTES], *data;
	size_t len;
	int rc;

	if (r->items == 0)
		return check_end(r);
	rc = take_plain(r, head, sizeof head);
	if (rc != STATUS_OK)
		return rc;
	len = (size_t)head[1] | (size_t)head[2] << 8 | (size_t)head[3] << 16;
	if (len > SEGMENT_MAX_BYTES)
		return STATUS_TOO_LARGE;
	if (head[0] < BUNDLE_SEGMENT || head[0] > BUNDLE_CHECKPOINT || len == 0
	    || len > r->item_bytes)
		return STATUS_MALFORMED;
	/* item_bytes is within the file's real size: no declared length alone
	 * makes us allocate. */
	buffer_clear(&r->item);
	data = buffer_extend(&r->item, len);
	if (data == NULL)
		return STATUS_NOMEM;
	rc = take_plain(r, data, len);
	if (rc != STATUS_OK)
		return rc;
	r->items--;
	r->item_bytes -= len;
	*ret_kind = (enum bundle_item)head[0];
	return STATUS_OK;
}

int
bundle_reader_item(struct bundle_reader *r, enum bundle_item *ret_kind,
    const uint8_t **ret_data, size_t *ret_len)
{
	enum bundle_item kind = BUNDLE_SEGMENT;

	if (r->state != OPEN && r->state != ENDED)
		return STATUS_USAGE;
	if (r->status == STATUS_OK)
		r->status = next_item(r, &kind);
	if (r->status != STATUS_OK)
		return r->status;
	*ret_kind = kind;
	*ret_data = r->item.data;
	*ret_len = r->item.len;
	return STATUS_OK;
}

void
bundle_reader_free(struct bundle_reader *r)
{
	if (r == NULL)
		return;
	buffer_release(&r->item);
	sodium_memzero(r, offsetof(struct bundle_reader, chunk) + r->filled);
	free(r);
}
