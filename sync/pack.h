/* Compression of one hop; never signed. */
#ifndef SYNC_PACK_H
#define SYNC_PACK_H

#include "sync/buffer.h"

enum pack_method {
	PACK_NONE = 0,
	PACK_DEFLATE = 1, /* raw RFC 1951 */
	PACK_RANGE = 2    /* adaptive range coder, docs/FORMAT.md */
};

/* Appends method byte, unpacked length, packed bytes: the smallest method. */
int pack(const uint8_t *data, size_t len, struct buffer *ret) MUST_CHECK;
/* Appends the unpacked bytes; at most max_bytes, TOO_LARGE beyond, checked
 * against the declared length before memory is taken. */
int unpack(const uint8_t *data, size_t len, size_t max_bytes, struct buffer *ret)
    MUST_CHECK;

#endif
