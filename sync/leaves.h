/* The parts of a segment beside its facts: leaves that can be erased, one a
 * person, and the private part (docs/FORMAT.md).  For segment.c alone. */
#ifndef SYNC_LEAVES_H
#define SYNC_LEAVES_H

#include "sync/segment.h"

#define LEAVES_MAX 65536

/* Appends nothing when no SUBJECT column was written. */
int leaves_encode(const struct batch *batch, const struct env *env,
    struct buffer *ret) MUST_CHECK;
/* Hash over the digests of all leaves; also of none (len 0). */
int leaves_digest(const uint8_t *leaves, size_t len, uint8_t ret[HASH_BYTES],
    uint32_t *ret_nleaves, uint32_t *ret_nerased) MUST_CHECK;
/* Fills the cells; clears the mask bits of what was erased. */
int leaves_decode(const uint8_t *leaves, size_t len, struct batch *batch) MUST_CHECK;

/* Appends nothing when no PRIVATE column was written; USAGE when one was and
 * key is NULL. */
int private_encode(const struct batch *batch, const struct stream_id *stream,
    uint64_t first, const struct school_key *key, const struct env *env,
    struct buffer *ret) MUST_CHECK;
/* Fills the cells, or clears the mask bits where the generation is missing. */
int private_decode(const uint8_t *part, size_t len, const struct stream_id *stream,
    uint64_t first, const struct school_key *keys, size_t nkeys,
    struct batch *batch) MUST_CHECK;

#endif
