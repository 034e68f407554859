/* One row's state, and the pure function that merges a write into it. */
#ifndef SYNC_ROW_H
#define SYNC_ROW_H

#include "sync/batch.h"

/* Version of a value: stamp << 22 | writer.  writer is the local number of the
 * author's stream (store_stream); it means nothing on another node. */
#define WRITER_BITS 22
#define VERSION(stamp, writer) \
	((int64_t)(((uint64_t)(stamp) << WRITER_BITS) | (uint64_t)(writer)))
#define VERSION_STAMP(v) ((uint64_t)(v) >> WRITER_BITS)
#define VERSION_WRITER(v) ((uint32_t)((uint64_t)(v) & ((1u << WRITER_BITS) - 1)))

struct row {
	bool exists;      /* alive in its table */
	uint32_t length;  /* causal length; 0: never seen */
	int64_t version;  /* of the row; of the deletion when length is even */
	int64_t versions[REGISTRY_MAX_COLUMNS]; /* per column; keys unused */
	struct value values[REGISTRY_MAX_COLUMNS]; /* keys included */
};

/* The column row_version: an integer when every column has the row's version and
 * length is 1, of six bytes for almost every row; else bytes, varint version,
 * varint length, then for each exception varint column id and varint version.
 * Either way a row that was written to has another one than before. */
struct value row_version_pack(int64_t version);
/* Chooses the row version so that exceptions are fewest.  Appends to buf what the
 * value borrows. */
struct value row_pack(const struct registry_table *t, struct row *row,
    struct buffer *buf);
/* CORRUPT; NULL in ret for a column of a newer schema. */
int row_unpack(const struct registry_table *t, struct value packed, struct row *ret)
    MUST_CHECK;
/* Whether a packed version is newer than another of the same writer, and neither
 * has exceptions. */
bool row_version_wins(struct value new, struct value old);

/* Order of writers as nodes, the same on every replica: negative, 0 (one node),
 * positive. */
typedef int row_writer_compare(void *ctx, uint32_t a, uint32_t b);

struct row_loss {           /* a value that lost */
	uint64_t mask;          /* columns whose incoming value lost */
	uint64_t overwritten;   /* columns whose existing value lost */
};

/* Merges one write into row (keys already equal).  Returns true when row
 * changed.  Deterministic: any order of the same writes gives the same row.
 * Longer causal length wins whole; equal length: per column the greatest
 * (stamp, node, not the default of a column the author did not know, value
 * bytes).  A WHOLE write counts as writing the default to columns of the table
 * that are not in its mask. */
bool row_merge(const struct registry_table *t, struct row *row,
    const struct batch_row *write, const struct value *values, int64_t version,
    row_writer_compare *compare, void *ctx, struct row_loss *ret_loss);

#endif
