#include "sync/magic.h"
#include "sync/verdict.h"

#define TIME_MAX_S INT64_C(7258118400) /* 2200-01-01 */

static bool
verdict_valid(const struct verdict *v)
{
	return stream_county_valid(v->county) && v->stream.epoch != 0 && v->seq >= 1
	    && v->reason >= VERDICT_RIGHTS && v->reason <= VERDICT_REVOKED
	    && v->time_s >= 0 && v->time_s < TIME_MAX_S;
}

void
verdict_encode(const struct verdict *v, struct buffer *b)
{
	magic_put(b, 'V');
	buffer_put_varint(b, v->county);
	buffer_put(b, v->by.b, NODE_ID_BYTES);
	stream_id_put(b, &v->stream);
	buffer_put_varint(b, v->seq);
	/* 0 is all rows, else one more than the index. */
	buffer_put_varint(b, v->row == VERDICT_ALL_ROWS ? 0 : (uint64_t)v->row + 1);
	buffer_put_u8(b, v->reason);
	buffer_put_zigzag(b, v->time_s);
}

int
verdict_build(const struct verdict *v, const struct identity *by, struct buffer *ret)
{
	struct buffer b = BUFFER_INIT;
	uint8_t sig[SIGNATURE_BYTES];
	int rc;

	if (!verdict_valid(v) || node_id_compare(&v->by, &by->pub.id) != 0)
		return STATUS_USAGE;
	verdict_encode(v, &b);
	rc = buffer_status(&b);
	if (rc == STATUS_OK) {
		identity_sign(by, "kehou 1 verdict", b.data, b.len, sig);
		buffer_put(&b, sig, sizeof sig);
		buffer_put(ret, b.data, b.len);
		rc = b.failed ? STATUS_NOMEM : buffer_status(ret);
	}
	buffer_release(&b);
	return rc;
}

int
verdict_parse(const uint8_t *data, size_t len, struct verdict *ret)
{
	struct verdict v = {0};
	struct reader r;
	uint64_t row;
	int rc;

	if (len > VERDICT_MAX_BYTES)
		return STATUS_TOO_LARGE;
	reader_init(&r, data, len);
	rc = magic_read(&r, 'V');
	if (rc != STATUS_OK)
		return rc;
	v.county = reader_varint(&r);
	reader_copy(&r, v.by.b, NODE_ID_BYTES);
	stream_id_read(&r, &v.stream);
	v.seq = reader_varint(&r);
	row = reader_varint(&r);
	v.reason = reader_u8(&r);
	v.time_s = reader_zigzag(&r);
	reader_take(&r, SIGNATURE_BYTES);
	rc = reader_end(&r);
	if (rc != STATUS_OK)
		return rc;
	v.row = row == 0 ? VERDICT_ALL_ROWS : (uint32_t)(row - 1);
	if (row > UINT32_MAX || !verdict_valid(&v))
		return STATUS_MALFORMED;
	*ret = v;
	return STATUS_OK;
}

int
verdict_read(const uint8_t *data, size_t len, uint64_t county,
    const uint8_t sign_pk[32], struct verdict *ret)
{
	struct verdict v;
	int rc = verdict_parse(data, len, &v);

	if (rc != STATUS_OK)
		return rc;
	if (v.county != county)
		return STATUS_FOREIGN;
	rc = identity_verify(sign_pk, "kehou 1 verdict", data, len - SIGNATURE_BYTES,
	    data + len - SIGNATURE_BYTES);
	if (rc == STATUS_OK)
		*ret = v;
	return rc;
}

int
verdict_signer(const uint8_t *data, size_t len, struct node_id *ret)
{
	struct node_id by;
	struct reader r;
	int rc;

	reader_init(&r, data, len);
	rc = magic_read(&r, 'V');
	if (rc != STATUS_OK)
		return rc;
	reader_varint(&r);
	reader_copy(&r, by.b, NODE_ID_BYTES);
	rc = reader_status(&r);
	if (rc == STATUS_OK)
		*ret = by;
	return rc;
}
