#include <stdlib.h>
#include <string.h>

#include "sync/magic.h"
#include "sync/receipt.h"

#define TIME_MAX_S INT64_C(7258118400) /* 2200-01-01 */

void
receipt_release(struct receipt *r)
{
	free(r->entries);
	memset(r, 0, sizeof *r);
}

static bool
entry_valid(const struct receipt *r, const struct receipt_entry *e)
{
	return e->stream.scope == r->scope && e->stream.epoch != 0 && e->stored >= 1
	    && e->merged <= e->stored
	    && (e->merged > 0 || sodium_is_zero(e->merged_hash, HASH_BYTES));
}

static bool
receipt_valid(const struct receipt *r)
{
	const uint64_t epochs = UINT64_C(1) << EPOCH_BITS;

	if (!stream_county_valid(r->county) || !stream_scope_valid(r->scope)
	    || r->epoch == 0 || r->epoch >= epochs
	    || r->supersedes >= epochs || r->supersedes == r->epoch || r->number < 1
	    || r->time_s < 0 || r->time_s >= TIME_MAX_S || r->n > RECEIPT_MAX_ENTRIES)
		return false;
	for (size_t i = 0; i < r->n; i++) {
		if (!entry_valid(r, &r->entries[i]))
			return false;
		if (i > 0 && stream_id_compare(&r->entries[i - 1].stream,
		    &r->entries[i].stream) >= 0)
			return false;
	}
	return true;
}

static void
put_entry(struct buffer *b, const struct receipt_entry *e)
{
	stream_id_put(b, &e->stream);
	buffer_put_varint(b, e->stored);
	buffer_put_varint(b, e->merged);
	if (e->merged > 0)
		buffer_put(b, e->merged_hash, HASH_BYTES);
	buffer_put_varint(b, e->exceptions);
}

static void
read_entry(struct reader *r, struct receipt_entry *e)
{
	uint64_t exceptions;

	stream_id_read(r, &e->stream);
	e->stored = reader_varint(r);
	e->merged = reader_varint(r);
	if (e->merged > 0)
		reader_copy(r, e->merged_hash, HASH_BYTES);
	exceptions = reader_varint(r);
	if (exceptions > UINT32_MAX)
		reader_fail(r);
	e->exceptions = (uint32_t)exceptions;
}

void
receipt_encode(const struct receipt *r, struct buffer *b)
{
	magic_put(b, 'C');
	buffer_put_varint(b, r->county);
	buffer_put(b, r->by.b, NODE_ID_BYTES);
	buffer_put_varint(b, r->epoch);
	buffer_put_varint(b, r->supersedes);
	buffer_put_varint(b, r->scope);
	buffer_put_zigzag(b, r->time_s);
	buffer_put_varint(b, r->number);
	buffer_put_varint(b, r->n);
	for (size_t i = 0; i < r->n; i++)
		put_entry(b, &r->entries[i]);
}

int
receipt_build(const struct receipt *r, const struct identity *by, struct buffer *ret)
{
	struct buffer b = BUFFER_INIT;
	uint8_t sig[SIGNATURE_BYTES];
	int rc;

	if (!receipt_valid(r) || node_id_compare(&r->by, &by->pub.id) != 0)
		return STATUS_USAGE;
	receipt_encode(r, &b);
	rc = buffer_status(&b);
	if (rc == STATUS_OK) {
		identity_sign(by, "kehou 1 receipt", b.data, b.len, sig);
		buffer_put(&b, sig, sizeof sig);
		buffer_put(ret, b.data, b.len);
		rc = b.failed ? STATUS_NOMEM : buffer_status(ret);
	}
	buffer_release(&b);
	return rc;
}

static int
read_body(struct reader *r, struct receipt *ret)
{
	ret->county = reader_varint(r);
	reader_copy(r, ret->by.b, NODE_ID_BYTES);
	ret->epoch = reader_varint(r);
	ret->supersedes = reader_varint(r);
	ret->scope = reader_varint(r);
	ret->time_s = reader_zigzag(r);
	ret->number = reader_varint(r);
	ret->n = reader_count(r, RECEIPT_MAX_ENTRIES);
	if (ret->n > 0) {
		ret->entries = calloc(ret->n, sizeof *ret->entries);
		if (ret->entries == NULL)
			return STATUS_NOMEM;
	}
	for (size_t i = 0; i < ret->n && !r->failed; i++)
		read_entry(r, &ret->entries[i]);
	reader_take(r, SIGNATURE_BYTES);
	return reader_end(r);
}

int
receipt_parse(const uint8_t *data, size_t len, struct receipt *ret)
{
	struct receipt receipt = {0};
	struct reader r;
	int rc;

	if (len > RECEIPT_MAX_BYTES)
		return STATUS_TOO_LARGE;
	reader_init(&r, data, len);
	rc = magic_read(&r, 'C');
	if (rc != STATUS_OK)
		return rc;
	rc = read_body(&r, &receipt);
	if (rc == STATUS_OK && !receipt_valid(&receipt))
		rc = STATUS_MALFORMED;
	if (rc != STATUS_OK) {
		receipt_release(&receipt);
		return rc;
	}
	*ret = receipt;
	return STATUS_OK;
}

int
receipt_read(const uint8_t *data, size_t len, uint64_t county,
    const uint8_t sign_pk[32], struct receipt *ret)
{
	struct receipt r;
	int rc = receipt_parse(data, len, &r);

	if (rc != STATUS_OK)
		return rc;
	if (r.county != county)
		rc = STATUS_FOREIGN;
	else
		rc = identity_verify(sign_pk, "kehou 1 receipt", data,
		    len - SIGNATURE_BYTES, data + len - SIGNATURE_BYTES);
	if (rc != STATUS_OK) {
		receipt_release(&r);
		return rc;
	}
	*ret = r;
	return STATUS_OK;
}

int
receipt_signer(const uint8_t *data, size_t len, struct node_id *ret)
{
	struct node_id by;
	struct reader r;
	int rc;

	reader_init(&r, data, len);
	rc = magic_read(&r, 'C');
	if (rc != STATUS_OK)
		return rc;
	reader_varint(&r);
	reader_copy(&r, by.b, NODE_ID_BYTES);
	rc = reader_status(&r);
	if (rc == STATUS_OK)
		*ret = by;
	return rc;
}
