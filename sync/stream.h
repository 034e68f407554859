/* Streams, and vectors that say how far each one is known.
 *
 * A stream is what one node writes in one epoch into one scope and lane.
 * Sequences count its transactions from 1 without a gap. */
#ifndef SYNC_STREAM_H
#define SYNC_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "sync/buffer.h"

#define NODE_ID_BYTES 8
#define HASH_BYTES 32
#define EPOCH_BITS 39
#define ROW_COUNTER_BITS 24 /* row id = epoch << 24 | counter */
#define SCOPE_COUNTY 0      /* any other scope is a school's 10-digit number */
#define SCHOOL_MIN UINT64_C(1000000000)
#define SCHOOL_MAX UINT64_C(9999999999)
#define COUNTY_MIN UINT64_C(100000)
#define COUNTY_MAX UINT64_C(999999)

enum lane {
	LANE_ORDINARY = 0,
	LANE_URGENT = 1
};

/* First bytes of the hash of a node's two public keys. */
struct node_id {
	uint8_t b[NODE_ID_BYTES];
};

struct stream_id {
	struct node_id node;
	uint64_t epoch;   /* EPOCH_BITS random bits, not 0 */
	uint64_t scope;   /* SCOPE_COUNTY or a school number */
	uint8_t lane;     /* enum lane */
	uint8_t fork[8];  /* zero; else a branch, by the start of the hash of its
	                   * first segment (docs/FORMAT.md, "Branches") */
};

static inline bool
stream_county_valid(uint64_t county)
{
	return county >= COUNTY_MIN && county <= COUNTY_MAX;
}

static inline bool
stream_scope_valid(uint64_t scope)
{
	return scope == SCOPE_COUNTY || (scope >= SCHOOL_MIN && scope <= SCHOOL_MAX);
}

int node_id_compare(const struct node_id *a, const struct node_id *b);
/* Node, epoch, scope, lane, fork. */
int stream_id_compare(const struct stream_id *a, const struct stream_id *b);
/* The same but for the fork. */
bool stream_id_is_family(const struct stream_id *a, const struct stream_id *b);
/* No branch of a fork. */
bool stream_id_is_plain(const struct stream_id *s);
void stream_id_put(struct buffer *b, const struct stream_id *s);
void stream_id_read(struct reader *r, struct stream_id *ret); /* may fail r */

#define VECTOR_MAX_ENTRIES 65536

struct vector_entry {
	struct stream_id stream;
	uint64_t through; /* all sequences up to and including it are known */
};

/* Sorted by stream, one entry a stream, none with through 0. */
struct vector {
	struct vector_entry *entries; /* owned */
	size_t n, cap;
};

void vector_release(struct vector *v);
/* 0 when the stream is not in it. */
uint64_t vector_get(const struct vector *v, const struct stream_id *s);
/* Raises an entry; a lower number changes nothing. */
int vector_raise(struct vector *v, const struct stream_id *s, uint64_t through)
    MUST_CHECK;
/* Lowers an entry, 0 takes it out; what is not higher stays. */
void vector_lower(struct vector *v, const struct stream_id *s, uint64_t through);
int vector_merge(struct vector *v, const struct vector *other) MUST_CHECK;
int vector_copy(struct vector *ret, const struct vector *from) MUST_CHECK;
/* Entries of a that are higher than in b, into ret (empty before). */
int vector_difference(const struct vector *a, const struct vector *b,
    struct vector *ret) MUST_CHECK;
bool vector_covers(const struct vector *a, const struct vector *b);
/* Vectors with other entries have other digests. */
#define VECTOR_DIGEST_BYTES 4 /* by chance equal once in 2^32; nobody else writes it */
int vector_digest(const struct vector *v, uint8_t ret[VECTOR_DIGEST_BYTES]) MUST_CHECK;
void vector_put(struct buffer *b, const struct vector *v);
/* ret must be empty; released by the caller also on failure. */
int vector_read(struct reader *r, struct vector *ret) MUST_CHECK;

#endif
