/* One cell: NULL, integer, text or bytes.  There is no floating point in what
 * is replicated. */
#ifndef SYNC_VALUE_H
#define SYNC_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "sync/buffer.h"

enum value_type {
	VALUE_NULL = 0,
	VALUE_INT = 1,
	VALUE_TEXT = 2, /* UTF-8 without NUL */
	VALUE_BLOB = 3
};

#define VALUE_MAX_BYTES (256u * 1024) /* text or blob of one cell */

struct value {
	union {
		int64_t i;        /* VALUE_INT */
		const uint8_t *p; /* VALUE_TEXT, VALUE_BLOB; borrowed */
	};
	uint32_t len;             /* bytes at p */
	uint8_t type;             /* enum value_type */
};

struct value value_null(void);
struct value value_int(int64_t i);
struct value value_text(const char *s, size_t len);
struct value value_blob(const void *p, size_t len);

bool value_equal(struct value a, struct value b);
/* Total order of the canonical bytes: by type, then integers by value, text
 * and bytes by memcmp and then by length.  Negative, 0, positive. */
int value_compare(struct value a, struct value b);

/* Canonical bytes: type, then zigzag varint, or length and bytes. */
void value_put(struct buffer *b, struct value v);
/* Reads one; pointers borrow from the reader's input.  Text is checked to be
 * UTF-8 without NUL.  The reader fails on anything else. */
struct value value_read(struct reader *r);

/* True for well-formed UTF-8 (RFC 3629) without U+0000. */
bool value_utf8_valid(const uint8_t *p, size_t len);

#endif
