/* Facts: the part of a segment that holds ids and codes, column by column.
 *
 * docs/FORMAT.md, "Facts", has every byte.  Predicted columns cost nothing
 * where the guess holds (limits.md of the design: what pays is prediction). */
#ifndef SYNC_FACTS_H
#define SYNC_FACTS_H

#include "sync/batch.h"

/* Which columns go where: facts take keys and PUBLIC and COUNTY columns; the
 * bits of SUBJECT and PRIVATE columns stay in each row's written shape, their
 * values are in the other parts. */
int facts_encode(const struct registry *reg, const struct stream_id *stream,
    const struct batch *batch, struct buffer *ret) MUST_CHECK;
/* Cells of other parts are left VALUE_NULL with their mask bit set; the
 * segment fills or clears them. */
int facts_decode(const struct registry *reg, const struct stream_id *stream,
    uint32_t ntx, const uint8_t *facts, size_t len, struct batch *ret) MUST_CHECK;

#endif
