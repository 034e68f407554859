/* The facts of a piece: of a segment the rows that a checkpoint leaves over, and
 * where they stood.  For segment.c alone. */
#ifndef SYNC_THIN_H
#define SYNC_THIN_H

#include "sync/batch.h"

/* Rows of the batch with slow 2 are left out, and transactions without any other.
 * ret_rows: how many stay; with none nothing is appended.  UNKNOWN_SCHEMA when the
 * batch is not known whole. */
int thin_encode(const struct registry *reg, const struct stream_id *stream,
    const struct batch *batch, struct buffer *ret, uint32_t *ret_rows) MUST_CHECK;
/* As facts_decode, in the places of the segment: what was left out is a row with
 * slow 2, NULL keys and no mask, or a transaction without rows at second 0. */
int thin_decode(const struct registry *reg, const struct stream_id *stream,
    uint32_t ntx, const uint8_t *facts, size_t len, struct batch *ret) MUST_CHECK;

#endif
