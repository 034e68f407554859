/* What facts.c and facts_decode.c share.  Nobody else includes it. */
#ifndef SYNC_FACTS_INTERNAL_H
#define SYNC_FACTS_INTERNAL_H

#include "sync/column.h"
#include "sync/facts.h"

#define FACTS_MAX_ROW_SHAPES 4096
#define FACTS_TIME_END (STAMP_EPOCH_S + INT64_C(6311433600))

/* What a row is like: all rows of one shape have the same table, op and mask. */
struct facts_row_shape {
	uint16_t table;
	uint8_t op;
	uint64_t ids; /* mask by column id */
	uint64_t mask;/* by column index */
};

/* Rows that carry a column, and room for its cells. */
struct facts_gathered {
	struct value *v;
	uint32_t *row;
};

bool facts_have(const struct registry_table *t, unsigned c);
/* The school's own column is the scope and is never sent. */
bool facts_scope_column(const struct registry_table *t, unsigned c);
uint64_t facts_stamp_base(const struct batch *b, const struct batch_row *row);
void facts_world(struct column_world *w, const struct stream_id *stream,
    const struct batch *b);
int facts_gathered_init(struct facts_gathered *g, uint32_t n) MUST_CHECK;
void facts_gathered_release(struct facts_gathered *g);
/* The number of rows that carry column c; row: room for nrows. */
uint32_t facts_gather_rows(const struct batch_table *t, unsigned c, uint32_t *row);

#endif
