/* Verdict: a hub refuses, signed, one write: (stream, sequence, row). */
#ifndef SYNC_VERDICT_H
#define SYNC_VERDICT_H

#include "sync/identity.h"

#define VERDICT_MAX_BYTES 512
#define VERDICT_ALL_ROWS UINT32_MAX

enum verdict_reason {
	VERDICT_RIGHTS = 1,    /* its author had no right to write this */
	VERDICT_NONSENSE = 2,  /* signed well, cannot be decoded */
	VERDICT_REVOKED = 3    /* past the point a revocation is valid through */
};
struct verdict {
	uint64_t county;
	struct node_id by;
	struct stream_id stream;
	uint64_t seq;
	uint32_t row;          /* batch_row_index, or VERDICT_ALL_ROWS */
	uint8_t reason;
	int64_t time_s;
};
/* USAGE when by is not the signer or verdict_read would refuse it. */
int verdict_build(const struct verdict *v, const struct identity *by,
    struct buffer *ret) MUST_CHECK;
/* FOREIGN, BAD_SIGNATURE, MALFORMED, TRUNCATED, TOO_LARGE, NEWER. */
int verdict_read(const uint8_t *data, size_t len, uint64_t county,
    const uint8_t sign_pk[32], struct verdict *ret) MUST_CHECK;
/* The half of verdict_read before the signature is looked at, and its inverse
 * without the signature: for inspect, the fuzzer and tests. */
int verdict_parse(const uint8_t *data, size_t len, struct verdict *ret) MUST_CHECK;
void verdict_encode(const struct verdict *v, struct buffer *b);
/* Who signed, unverified, to look the key up. */
int verdict_signer(const uint8_t *data, size_t len, struct node_id *ret) MUST_CHECK;

#endif
