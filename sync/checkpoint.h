/* Checkpoint: a county's signed word on which of a school's records have ended,
 * and up to where its streams' history has given way.
 *
 * The rules name rows by their keys alone: a row that ends is gone everywhere,
 * whatever is written to it, before or after.  Of the history before the cut only
 * the rest is kept: pieces of its segments with the rows that have not ended
 * (segment_thin).  The file: a head, signed by the issuing key, then the pieces of
 * each stream in the head's order, whose chain of hashes the head names
 * (docs/FORMAT.md, "Checkpoint"). */
#ifndef SYNC_CHECKPOINT_H
#define SYNC_CHECKPOINT_H

#include "sync/registry.h"
#include "sync/segment.h"

#define CHECKPOINT_MAX_BYTES SEGMENT_MAX_BYTES /* head and pieces: one item */
#define CHECKPOINT_MAX_RULES 64
#define CHECKPOINT_MAX_COLUMNS 256  /* of one rule */
#define CHECKPOINT_MAX_VALUES 65536 /* of one rule */
#define CHECKPOINT_MAX_STREAMS 1024
#define CHECKPOINT_MAX_PIECES 65536 /* of one stream */

/* A key column, not the first one, by the ids of table and column. */
struct checkpoint_column {
	uint16_t table, column;
};

/* Rows end whose integer in one of these columns is below a number, or one of a
 * list.  Columns ascend by table, then column; a table once in a rule. */
struct checkpoint_rule {
	int64_t below;               /* when there are no values */
	int64_t *values;             /* owned, ascending */
	size_t nvalues;
	struct checkpoint_column *columns; /* owned */
	size_t ncolumns;
};

struct checkpoint_stream {
	struct stream_id stream;
	uint64_t through;            /* the segment that ends there is the last cut */
	uint8_t hash[HASH_BYTES];    /* its hash: the chain goes on from it */
	uint32_t pieces;             /* of the rest */
	uint8_t rest[HASH_BYTES];    /* hash of the last piece; zero without any */
};

struct checkpoint {
	uint64_t county, scope;      /* scope: a school */
	uint64_t number;             /* from 1; a later one ends all that one before
	                              * it ended */
	int64_t time_s;              /* when it was made; for people */
	struct checkpoint_rule *rules;
	size_t nrules;
	struct checkpoint_stream *streams; /* ascending by stream */
	size_t nstreams;
};

void checkpoint_release(struct checkpoint *c);
/* The signed head.  USAGE when checkpoint_parse would refuse it. */
int checkpoint_build(const struct checkpoint *c, const uint8_t issuing_sk[64],
    struct buffer *ret) MUST_CHECK;
/* Reads the head of a file; ret_head: its length, signature included.  Released by
 * the caller when OK.  parse looks at no signature.  FOREIGN, BAD_SIGNATURE,
 * MALFORMED, TRUNCATED, TOO_LARGE, NEWER. */
int checkpoint_parse(const uint8_t *data, size_t len, struct checkpoint *ret,
    size_t *ret_head) MUST_CHECK;
int checkpoint_read(const uint8_t *data, size_t len, uint64_t county,
    const uint8_t issuing_pk[32], struct checkpoint *ret, size_t *ret_head) MUST_CHECK;
/* The head without its signature: for tests. */
void checkpoint_encode(const struct checkpoint *c, struct buffer *b);

/* Visits the pieces that follow a head, in order; nothing of them is checked but
 * their number.  Ends with what visit returns unless OK. */
typedef int checkpoint_visit(void *ctx, const struct checkpoint_stream *of,
    const uint8_t *packed, size_t len);
int checkpoint_pieces(const struct checkpoint *c, const uint8_t *rest, size_t len,
    checkpoint_visit *visit, void *ctx) MUST_CHECK;
/* BAD_SIGNATURE when a stream's pieces are not the chain that the head names. */
int checkpoint_check(const struct checkpoint *c, const uint8_t *rest, size_t len)
    MUST_CHECK;

/* Which rules speak of a table; at is the index of the column there. */
struct checkpoint_match {
	const struct checkpoint_rule *rule;
	unsigned at;
};
size_t checkpoint_match(const struct checkpoint *c, const struct registry_table *t,
    struct checkpoint_match ret[CHECKPOINT_MAX_RULES]);
/* Whether a row with these keys ends. */
bool checkpoint_ends(const struct checkpoint_match *matches, size_t n,
    const struct value *keys);
/* Takes another's rules in, so that what ended there ends here too.  TOO_LARGE. */
int checkpoint_join(struct checkpoint *c, const struct checkpoint *other) MUST_CHECK;

#endif
