/* A segment: a run of transactions of one stream, signed and chained.
 *
 * Signed is the uncompressed canonical encoding: context, county, stream,
 * sequences, previous segment's hash, roster number, what the author knew more
 * than in the previous segment, and the digests of the parts.  The previous
 * hash and the digests are not sent: the reader has or computes them.
 *
 * Parts: facts (ids and codes, columnar, predicted); one leaf a person with
 * names and free text, salted, so that it can be erased later and the
 * signature still holds; the private part, one leaf a person too, each encrypted
 * under the school's key. */
#ifndef SYNC_SEGMENT_H
#define SYNC_SEGMENT_H

#include "sync/batch.h"
#include "sync/hash.h"
#include "sync/identity.h"

#define SEGMENT_MAX_BYTES (8u * 1024 * 1024) /* unpacked */
#define SEGMENT_CUT_ROWS 16384 /* the writer starts a new one here */
#define SEGMENT_CUT_BYTES (1024u * 1024)
#define SEGMENT_SALT_BYTES 16

/* The school's symmetric key, one generation. */
struct school_key {
	uint32_t generation; /* 1 upward */
	uint8_t key[32];
};

struct segment_header {
	struct stream_id stream;
	uint64_t first;          /* sequence of the first transaction, from 1 */
	uint32_t count;          /* transactions, at least 1 */
	uint64_t roster;         /* number of the roster its author held */
	struct vector knows;     /* difference of the author's vector of the scope
	                          * against the previous segment */
	uint8_t signature[64];
};

/* Encodes, signs and packs.  prev is the previous segment's hash, zero for
 * the first.  key may be NULL when no private column was written.
 * ret_hash is this segment's hash, for the chain. */
int segment_build(const struct registry *reg, uint64_t county,
    const struct segment_header *header /* signature ignored */,
    const uint8_t prev[HASH_BYTES], const struct batch *batch,
    const struct school_key *key, const struct identity *author,
    const struct env *env, struct buffer *ret_packed,
    uint8_t ret_hash[HASH_BYTES]) MUST_CHECK;

/* An unpacked segment; parts point into bytes, which it owns. */
struct segment {
	struct segment_header header;
	bool thin;               /* a piece, which no author signed */
	struct buffer bytes;
	const uint8_t *facts;  size_t facts_len;
	const uint8_t *leaves; size_t leaves_len; /* all of them, encoded */
	uint32_t nleaves, nerased; /* private ones too */
	uint32_t private_generation; /* 0: no private part */
	const uint8_t *private_part; size_t private_len;
	uint8_t parts[3][HASH_BYTES]; /* digests of facts, of the leaves' digests,
	                               * of the private ciphertext */
};

void segment_release(struct segment *s);
/* Reads only the header of packed bytes: stream, first, count.  For holding
 * what cannot be checked yet.  A piece is MALFORMED. */
int segment_peek(const uint8_t *packed, size_t len, struct segment_header *ret)
    MUST_CHECK;
/* Unpacks and parses the frame, computes the digests.  Nothing of the parts is
 * decoded.  s is released by the caller also on failure. */
int segment_open(const uint8_t *packed, size_t len, struct segment *s) MUST_CHECK;
/* Hash of the signed bytes under this predecessor. */
int segment_hash(const struct segment *s, uint64_t county,
    const uint8_t prev[HASH_BYTES], uint8_t ret_hash[HASH_BYTES]) MUST_CHECK;
/* BAD_SIGNATURE unless sign_pk signed it after prev. */
int segment_verify(const struct segment *s, uint64_t county,
    const uint8_t prev[HASH_BYTES], const uint8_t sign_pk[32],
    uint8_t ret_hash[HASH_BYTES]) MUST_CHECK;
/* Decodes a verified segment.  keys: the school keys that this node has, any
 * number; where the generation is missing, private columns stay out of the
 * masks.  Cells borrow from s and from the batch's arena. */
int segment_decode(const struct segment *s, const struct registry *reg,
    const struct school_key *keys, size_t nkeys, struct batch *ret) MUST_CHECK;

/* Its facts alone: keys, codes, and what was written. */
int segment_facts(const struct segment *s, const struct registry *reg, struct batch *ret)
    MUST_CHECK;

/* Writes the segment with a digest in place of each leaf, private or not, whose
 * first row is one that gone names; hash and signature stay.  batch: its facts,
 * decoded.  Appends nothing where there was none to erase (ret_n 0). */
typedef bool segment_gone(void *ctx, const struct batch_table *t, uint32_t row);
int segment_erase(const struct segment *s, const struct batch *batch, segment_gone *gone,
    void *ctx, struct buffer *ret_packed, uint32_t *ret_n) MUST_CHECK;
/* Writes what a checkpoint leaves of a segment, or of an earlier piece: a piece in
 * its place, without the rows of facts (its own, decoded) whose slow is 2.  What is
 * left of leaves goes with their rows; a private leaf is sealed and goes or stays
 * whole: USAGE when some of its rows would go and others stay.  It has no signature:
 * a hash that somebody signed holds it.  ret_rows 0: nothing is left, nothing is
 * appended.  UNKNOWN_SCHEMA. */
int segment_thin(const struct segment *s, const struct registry *reg,
    const struct batch *facts, struct buffer *ret_packed, uint32_t *ret_rows) MUST_CHECK;
/* Counts the leaves that were erased though gone does not name their rows. */
int segment_stubs(const struct segment *s, const struct batch *batch, segment_gone *gone,
    void *ctx, uint32_t *ret_n) MUST_CHECK;

#endif
