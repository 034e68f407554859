/* What the files merge*.c share.  Nobody else includes it. */
#ifndef SYNC_MERGE_INTERNAL_H
#define SYNC_MERGE_INTERNAL_H

#include "sync/merge.h"

/* Notes the generation of the school's key that a segment is sealed under where this node
 * lacks it (MERGE_GENERATIONS). */
int merge_rights_note_key(struct merge *m, const struct segment *s) MUST_CHECK;

/* Decodes an opened segment and marks (slow = 2) the rows that do not count:
 * without right, or refused by a verdict.  writer: the stream that it is stored in. */
int merge_rights_decode(struct merge *m, const struct segment *s, uint32_t writer,
    struct batch *ret) MUST_CHECK;
/* The same marks in a batch that is decoded; adds the number of those without. */
int merge_rights_mark(struct merge *m, struct batch *b, const struct segment_header *h,
    uint32_t *ret_refused) MUST_CHECK;
/* Marks rows that a verdict refused; adds their number. */
int merge_verdict_mark(struct merge *m, struct batch *b,
    const struct segment_header *h, uint32_t *ret_refused) MUST_CHECK;

int merge_verdict_review(struct merge *m) MUST_CHECK;
/* Copies what a value points at into the batch. */
int merge_verdict_keep_value(struct batch *keep, const struct value *v, struct value *ret)
    MUST_CHECK;
/* Making a row anew, write by write: merges one into row, whose cells keep owns; then
 * puts the row with these keys into its table, or takes it out. */
int merge_verdict_replay(struct merge *m, const struct batch_table *t, uint32_t i,
    uint32_t writer, struct batch *keep, struct row *row) MUST_CHECK;
int merge_verdict_replayed(struct merge *m, const struct registry_table *t,
    const struct value *keys, struct row *row) MUST_CHECK;
/* Takes out what is here of revoked authors and does not count; adds the number of
 * transactions. */
int merge_revoke_apply(struct merge *m, uint64_t *ret_transactions) MUST_CHECK;

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

/* The streams of one author, epoch, scope and lane: the one that its segments
 * name, and the branches of it.  Numbers after *at; false at the end. */
bool merge_fork_family(const struct merge *m, const struct stream_id *s, uint32_t *at,
    struct store_head *ret_head);
/* True when these very bytes are stored in one of the family's streams.  ret_near:
 * the segment begins within what is stored, or right after. */
int merge_fork_knows(struct merge *m, const uint8_t *packed, size_t len,
    const struct segment_header *h, bool *ret_known, bool *ret_near) MUST_CHECK;
/* Where an opened segment belongs, by the predecessor that its author signed. */
struct merge_place {
	bool known;             /* it is here */
	uint32_t writer;        /* follows the end of this one; 0: nowhere, its
	                         * predecessor is not here, or its author is another */
	uint64_t after;         /* … or parts it here */
	uint8_t hash[HASH_BYTES]; /* the segment's own */
};
int merge_fork_find(struct merge *m, const struct segment *s, const uint8_t sign_pk[32],
    struct merge_place *ret) MUST_CHECK;
/* Turns a place into the stream that the segment goes to: parts what is to be
 * parted.  TOO_LARGE where the scope has no room for more streams. */
int merge_fork_enter(struct merge *m, struct merge_place *place, uint32_t *ret_writer)
    MUST_CHECK;
/* Whether a revocation lets a segment count; place: where it is to go. */
int merge_fork_counts(struct merge *m, const struct segment_header *h,
    const struct merge_place *place, bool *ret) MUST_CHECK;

/* Notes the persons whom a decoded segment's rows erase, and marks (slow = 3) the
 * rows of those who are erased. */
int merge_erase_mark(struct merge *m, struct batch *b, const struct segment_header *h)
    MUST_CHECK;
/* The segment without the leaves of erased persons; ret_n 0: it stays as it is. */
int merge_erase_segment(struct store *store, const struct segment *s,
    const struct batch *facts, struct buffer *ret_packed, uint32_t *ret_n) MUST_CHECK;
/* Makes the rows of verdicts anew that a stream was given before it was cut off
 * another, or that named it before it was here. */
int merge_verdict_split(struct merge *m, uint32_t from, uint32_t to) MUST_CHECK;

#endif
