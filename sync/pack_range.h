/* Adaptive binary range coder of pack.c (docs/FORMAT.md, "Packing").
 *
 * The bytes are taken to be frames, each a varint length and that many bytes,
 * as facts are; where they are not, only the guesses get worse. */
#ifndef SYNC_PACK_RANGE_H
#define SYNC_PACK_RANGE_H

#include "sync/buffer.h"

#define PACK_RANGE_MAX_BYTES (256u * 1024) /* beyond it deflate is quicker */

int pack_range_encode(const uint8_t *data, size_t len, struct buffer *ret) MUST_CHECK;
/* Exactly out_len bytes come; any input gives some, a wrong one is found by
 * what is signed.  MALFORMED when input is left over or was missing. */
int pack_range_decode(const uint8_t *data, size_t len, uint8_t *out, size_t out_len)
    MUST_CHECK;

#endif
