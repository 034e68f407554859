/* What the files merge*.c share.  Nobody else includes it. */
#ifndef SYNC_MERGE_INTERNAL_H
#define SYNC_MERGE_INTERNAL_H

#include "sync/merge.h"

/* Decodes an opened segment and marks (slow = 2) the rows that do not count:
 * without right, or refused by a verdict. */
int merge_rights_decode(struct merge *m, const struct segment *s, struct batch *ret)
    MUST_CHECK;
/* The same marks in a batch that is decoded; adds the number of those without. */
int merge_rights_mark(struct merge *m, struct batch *b, const struct segment_header *h,
    uint32_t *ret_refused) MUST_CHECK;
/* Marks rows that a verdict refused; adds their number. */
int merge_verdict_mark(struct merge *m, struct batch *b,
    const struct segment_header *h, uint32_t *ret_refused) MUST_CHECK;

int merge_verdict_review(struct merge *m) MUST_CHECK;

/* Marks (slow = 2) the rows that have ended; adds their number. */
void merge_ended_mark(struct merge *m, struct batch *b, const struct segment_header *h,
    uint32_t *ret_ended);
/* Whether one of its rows has. */
bool merge_has_ended(const struct merge *m, const struct batch_table *t, uint32_t row,
    uint64_t scope);
/* Visits the pieces of a scope's applied checkpoint, or of its held one; the store may
 * be used meanwhile.  Without one: nothing. */
typedef int merge_piece_visit(void *ctx, uint32_t writer, const uint8_t *packed,
    size_t len);
int merge_pieces(struct merge *m, uint64_t scope, bool held, merge_piece_visit *visit,
    void *ctx) MUST_CHECK;
/* Writes a scope's pieces anew without the leaves of those who are erased. */
int merge_pieces_erase(struct merge *m, uint64_t scope, bool held) MUST_CHECK;
int merge_follow(struct merge *m, const struct stream_id *stream,
    struct merge_result *ret) MUST_CHECK;

/* Merges one row the slow way.  note: columns whose conflicts reach the inbox. */
int merge_row(struct merge *m, struct batch *b, const struct batch_table *t,
    uint32_t index, const struct segment_header *h, uint32_t writer, uint64_t note,
    struct merge_result *ret) MUST_CHECK;
/* Segments held by reference because a newer schema wrote them, or because rows of
 * them had no right: what is readable or rightful now is applied, and a segment of
 * which nothing waits any more is let go. */
int merge_upgrade_held(struct merge *m, struct merge_result *ret) MUST_CHECK;

/* BAD_SIGNATURE when others made this segment to have a node look cloned.  Where
 * the branch began earlier or is cut otherwise, its predecessor is not here, and
 * it counts as signed. */
int merge_fork_verify(struct merge *m, const uint8_t *packed, size_t len,
    const struct segment_header *h, const struct roster_cert *cert, uint32_t writer)
    MUST_CHECK;

/* Notes the persons whom a decoded segment's rows erase, and marks (slow = 3) the
 * rows of those who are erased. */
int merge_erase_mark(struct merge *m, struct batch *b, const struct segment_header *h)
    MUST_CHECK;
/* The segment without the leaves of erased persons; ret_n 0: it stays as it is. */
int merge_erase_segment(struct store *store, const struct segment *s,
    const struct batch *facts, struct buffer *ret_packed, uint32_t *ret_n) MUST_CHECK;
/* True when the stored segment at this place has the same hash: it is the same,
 * with other leaves erased or packed otherwise. */
int merge_erase_same(struct merge *m, const uint8_t *packed, size_t len,
    const struct segment_header *h, uint32_t writer, bool *ret) MUST_CHECK;

#endif
