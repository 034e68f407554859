/* What merge.c and merge_verdict.c share.  Nobody else includes it. */
#ifndef SYNC_MERGE_INTERNAL_H
#define SYNC_MERGE_INTERNAL_H

#include "sync/merge.h"

/* Decodes an opened segment and marks (slow = 2) the rows that do not count:
 * without right, or refused by a verdict. */
int merge_decode(struct merge *m, const struct segment *s, struct batch *ret)
    MUST_CHECK;
/* Marks rows that a verdict refused; adds their number. */
int merge_verdict_mark(struct merge *m, struct batch *b,
    const struct segment_header *h, uint32_t *ret_refused) MUST_CHECK;

#endif
