#include "sync/pack.h"

#include <string.h>
#include <zlib.h>

#include "sync/pack_range.h"

/* Appends raw deflate of data; no output when it does not get smaller. */
static int
deflate_raw(const uint8_t *data, size_t len, struct buffer *ret)
{
	z_stream z = {0};
	size_t start = ret->len, room;
	uint8_t *out;
	int zs;

	if (len > UINT32_MAX / 2
	    || deflateInit2(&z, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY) != Z_OK)
		return STATUS_NOMEM;
	room = deflateBound(&z, (uLong)len);
	out = buffer_extend(ret, room);
	if (!out) {
		deflateEnd(&z);
		return STATUS_NOMEM;
	}
	z.next_in = (Bytef *)(uintptr_t)data;
	z.avail_in = (uInt)len;
	z.next_out = out;
	z.avail_out = (uInt)room;
	zs = deflate(&z, Z_FINISH);
	ret->len = start + room - z.avail_out;
	deflateEnd(&z);
	return zs == Z_STREAM_END ? STATUS_OK : STATUS_NOMEM;
}

static int
inflate_raw(const uint8_t *data, size_t len, uint8_t *out, size_t out_len)
{
	z_stream z = {0};
	uint8_t none;
	int zs;

	if (len > UINT32_MAX || out_len > UINT32_MAX)
		return STATUS_TOO_LARGE;
	if (inflateInit2(&z, -15) != Z_OK)
		return STATUS_NOMEM;
	z.next_in = (Bytef *)(uintptr_t)data;
	z.avail_in = (uInt)len;
	z.next_out = out_len ? out : &none;
	z.avail_out = (uInt)out_len;
	zs = inflate(&z, Z_FINISH);
	inflateEnd(&z);
	if (zs != Z_STREAM_END || z.avail_in || z.avail_out)
		return STATUS_MALFORMED;
	return STATUS_OK;
}

int
pack(const uint8_t *data, size_t len, struct buffer *ret)
{
	struct buffer deflated = BUFFER_INIT, ranged = BUFFER_INIT;
	const struct buffer plain = {.data = (uint8_t *)(uintptr_t)data, .len = len};
	const struct buffer *best = &plain;
	uint8_t method = PACK_NONE;
	int status = deflate_raw(data, len, &deflated);

	if (status == STATUS_OK && len <= PACK_RANGE_MAX_BYTES)
		status = pack_range_encode(data, len, &ranged);
	if (status == STATUS_OK) {
		if (deflated.len < best->len) {
			best = &deflated;
			method = PACK_DEFLATE;
		}
		if (len <= PACK_RANGE_MAX_BYTES && ranged.len < best->len) {
			best = &ranged;
			method = PACK_RANGE;
		}
		buffer_put_u8(ret, method);
		buffer_put_varint(ret, len);
		buffer_put(ret, best->data, best->len);
		status = buffer_status(ret);
	}
	buffer_release(&deflated);
	buffer_release(&ranged);
	return status;
}

int
unpack(const uint8_t *data, size_t len, size_t max_bytes, struct buffer *ret)
{
	struct reader r;
	uint8_t method, *out;
	size_t start = ret->len;
	uint64_t unpacked;
	int status;

	reader_init(&r, data, len);
	method = reader_u8(&r);
	unpacked = reader_varint(&r);
	if (r.failed)
		return STATUS_TRUNCATED;
	if (unpacked > max_bytes)
		return STATUS_TOO_LARGE;
	if (method > PACK_RANGE)
		return STATUS_NEWER;
	/* Deflate expands 1032 times at most: more is declared than can come. */
	if (method == PACK_DEFLATE && unpacked / 1040 > r.left)
		return STATUS_MALFORMED;
	if (method == PACK_RANGE && unpacked > PACK_RANGE_MAX_BYTES)
		return STATUS_MALFORMED;
	if (method == PACK_NONE && unpacked != r.left)
		return STATUS_MALFORMED;
	out = buffer_extend(ret, (size_t)unpacked);
	if (!out)
		return STATUS_NOMEM;
	if (method == PACK_NONE) {
		if (r.left)
			memcpy(out, r.p, r.left);
		return STATUS_OK;
	}
	if (method == PACK_RANGE)
		status = pack_range_decode(r.p, r.left, out, (size_t)unpacked);
	else
		status = inflate_raw(r.p, r.left, out, (size_t)unpacked);
	if (status != STATUS_OK)
		ret->len = start;
	return status;
}
