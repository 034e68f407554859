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
int verdict_build(const struct verdict *v, const struct identity *by,
    struct buffer *ret) MUST_CHECK;
int verdict_read(const uint8_t *data, size_t len, uint64_t county,
    const uint8_t sign_pk[32], struct verdict *ret) MUST_CHECK;
int verdict_signer(const uint8_t *data, size_t len, struct node_id *ret) MUST_CHECK;

#endif
