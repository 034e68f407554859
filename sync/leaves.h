/* The parts of a segment beside its facts: leaves that can be erased, one a
 * person, and the private part (docs/FORMAT.md).  For segment.c alone. */
#ifndef SYNC_LEAVES_H
#define SYNC_LEAVES_H

#include "sync/segment.h"

#define LEAVES_MAX 65536

/* Appends nothing when no SUBJECT column was written. */
int leaves_encode(const struct batch *batch, const struct env *env,
    struct buffer *ret) MUST_CHECK;
/* Hash over the digests of all leaves; also of none (len 0).  private: of the
 * private part, whose generation is hashed before them. */
int leaves_digest(const uint8_t *leaves, size_t len, bool private,
    uint8_t ret[HASH_BYTES], uint32_t *ret_nleaves, uint32_t *ret_nerased) MUST_CHECK;
/* Whose each leaf is: table id and index, in that table, of its first row; nothing
 * says yet that there is such a row.  Ends with what visit returns unless OK. */
typedef int leaves_visit(void *ctx, uint64_t table, uint64_t row, bool erased);
int leaves_each(const uint8_t *leaves, size_t len, bool private, leaves_visit *visit,
    void *ctx) MUST_CHECK;
/* Appends the same list, where leaves for which gone says so have given way to
 * their digests, and adds their number. */
typedef bool leaves_gone(void *ctx, uint64_t table, uint64_t row);
int leaves_erase(const uint8_t *leaves, size_t len, bool private, leaves_gone *gone,
    void *ctx, struct buffer *ret, uint32_t *ret_n) MUST_CHECK;
/* Appends the list without what belongs to rows of the batch with slow 2; nothing
 * when nothing is left.  A leaf of which some rows go is written anew with its salt;
 * a private one cannot be: USAGE. */
int leaves_thin(const uint8_t *leaves, size_t len, bool private,
    const struct batch *batch, struct buffer *ret) MUST_CHECK;
/* Fills the cells; clears the mask bits of what was erased. */
int leaves_decode(const uint8_t *leaves, size_t len, struct batch *batch) MUST_CHECK;

/* Appends nothing when no PRIVATE column was written; USAGE when one was and
 * key is NULL. */
int private_encode(const struct batch *batch, const struct stream_id *stream,
    uint64_t first, const struct school_key *key, const struct env *env,
    struct buffer *ret) MUST_CHECK;
/* Fills the cells, or clears the mask bits of what cannot be read: the generation is
 * missing, or a leaf does not open under it.  What is malformed inside is no error:
 * only some replicas could see it. */
int private_decode(const uint8_t *part, size_t len, const struct stream_id *stream,
    uint64_t first, const struct school_key *keys, size_t nkeys,
    struct batch *batch) MUST_CHECK;

#endif
