/* Growable bytes for writing, and a bounded cursor for reading.
 *
 * Integers on the wire are unsigned LEB128 varints of at most 10 bytes in
 * their shortest form; signed ones are zigzag first.  Fixed widths are little
 * endian. */
#ifndef SYNC_BUFFER_H
#define SYNC_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sync/status.h"

/* Write side.  An allocation failure is sticky: later writes do nothing and
 * buffer_status says NOMEM, so that a codec checks once at its end. */
struct buffer {
	uint8_t *data; /* owned; NULL while empty */
	size_t len;    /* bytes used */
	size_t cap;    /* bytes allocated */
	bool failed;   /* an allocation failed */
};

#define BUFFER_INIT {0}

void buffer_release(struct buffer *b); /* frees; leaves it as BUFFER_INIT */
void buffer_clear(struct buffer *b);   /* keeps the memory */
int buffer_status(const struct buffer *b) MUST_CHECK;
/* Room for len more bytes, uninitialised, counted as used; NULL on failure. */
uint8_t *buffer_extend(struct buffer *b, size_t len);
/* The same, not counted: the caller adds to len what it wrote. */
uint8_t *buffer_room(struct buffer *b, size_t len);
void buffer_put(struct buffer *b, const void *data, size_t len);
void buffer_put_u8(struct buffer *b, uint8_t v);
void buffer_put_varint(struct buffer *b, uint64_t v);
void buffer_put_zigzag(struct buffer *b, int64_t v);
/* Length as varint, then the bytes. */
void buffer_put_bytes(struct buffer *b, const void *data, size_t len);

/* Read side.  The first read past the end, or of a varint that is too long,
 * makes the reader fail for good: later reads give 0 and NULL. */
struct reader {
	const uint8_t *p; /* next byte; borrowed */
	size_t left;      /* bytes after p */
	bool failed;
};

void reader_init(struct reader *r, const void *data, size_t len);
/* OK; TRUNCATED when the reader failed. */
int reader_status(const struct reader *r) MUST_CHECK;
/* As reader_status, and MALFORMED when bytes are left over. */
int reader_end(const struct reader *r) MUST_CHECK;
uint8_t reader_u8(struct reader *r);
uint64_t reader_varint(struct reader *r);
int64_t reader_zigzag(struct reader *r);
/* len bytes, borrowed from the input; NULL when not there. */
const uint8_t *reader_take(struct reader *r, size_t len);
/* Copies len bytes out; zeroes on failure. */
void reader_copy(struct reader *r, void *out, size_t len);
/* A varint length of at most max, then that many bytes, borrowed. */
const uint8_t *reader_bytes(struct reader *r, size_t max, size_t *ret_len);
/* A varint that counts things of which each takes at least one byte of what
 * is left, and at most max; otherwise the reader fails and it gives 0. */
size_t reader_count(struct reader *r, size_t max);
/* Marks the reader failed: the codec saw a value that may not be. */
void reader_fail(struct reader *r);

#define VARINT_MAX_BYTES 10
/* Writes v as a varint; returns the byte after it. */
static inline uint8_t *
varint_write(uint8_t *p, uint64_t v)
{
	while (v >= 0x80) {
		*p++ = (uint8_t)(v | 0x80);
		v >>= 7;
	}
	*p++ = (uint8_t)v;
	return p;
}

/* Zigzag of a signed difference. */
static inline uint64_t
zigzag_encode(int64_t v)
{
	return ((uint64_t)v << 1) ^ (v < 0 ? UINT64_MAX : 0);
}
int64_t zigzag_decode(uint64_t v);

#endif
