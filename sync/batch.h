/* The rows of one segment, decoded: columns as arrays.
 *
 * What capture logs, what the codec writes and reads, what the store applies:
 * always this shape. */
#ifndef SYNC_BATCH_H
#define SYNC_BATCH_H

#include "sync/registry.h"
#include "sync/stream.h"

#define BATCH_MAX_TX 65536
#define BATCH_MAX_ROWS 65536     /* of one segment */
#define BATCH_MAX_TX_ROWS 65536

/* Stamp: seconds since 2000-01-01T00:00:00Z << 8 | counter.  41 bits.  A write's
 * stamp is max(clock << 8, stamp of what it overwrites + 1). */
#define STAMP_EPOCH_S INT64_C(946684800)
#define STAMP_COUNTER_BITS 8
#define STAMP_MAX ((UINT64_C(6311433600) << STAMP_COUNTER_BITS) - 1) /* 2199 */

enum batch_op {
	BATCH_WHOLE = 0, /* all columns its author knows; missing ones count as
	                  * written with their default */
	BATCH_PART = 1,  /* only the columns in mask */
	BATCH_DELETE = 2 /* no columns; length is even */
};

struct batch_tx {
	int64_t time_s; /* author's clock, unix seconds; 2000 .. 2199 */
	int64_t staff;  /* row id of the staff member who acted, 0 unknown */
	uint32_t nrows; /* over all tables */
};

struct batch_row {
	uint32_t tx;     /* index into txs; ascending within a table */
	uint32_t length; /* causal length: odd alive, even deleted; 1 at first */
	uint64_t stamp;
	uint64_t mask;   /* bit per column index written (keys never); for WHOLE
	                  * what was delivered: private columns are out where they
	                  * could not be read */
	uint8_t op;      /* enum batch_op */
	uint8_t slow;    /* scratch for merge: 1 needs the row-by-row path, 2 does
	                  * not count, 3 is an erased person's */
};

struct batch_table {
	const struct registry_table *table; /* NULL: unknown to this version */
	uint16_t id;
	uint32_t nrows;
	uint64_t row_cap; /* stride of cells; rows has at least as many */
	uint64_t rows_allocated, cells_allocated; /* batch.c's own */
	struct batch_row *rows;
	struct value *cells; /* column-major: cells[column * row_cap + row];
	                      * VALUE_NULL where mask has no bit */
};

struct batch {
	struct batch_tx *txs;
	uint32_t ntx, tx_cap;
	struct batch_table *tables; /* ascending id */
	uint32_t ntables, table_cap; /* those past ntables keep memory for reuse */
	uint32_t nrows;
	bool unknown; /* some table or column was not in the registry */
	struct arena *arena; /* owns cell bytes that no input buffer holds */
};

void batch_init(struct batch *b);
void batch_release(struct batch *b);
void batch_clear(struct batch *b); /* empties, keeps memory for the next */
int batch_add_tx(struct batch *b, int64_t time_s, int64_t staff) MUST_CHECK;
/* Adds a row to the last transaction.  values: ncolumns cells, keys filled;
 * text and bytes are copied into the arena when copy is true, else borrowed. */
int batch_add_row(struct batch *b, const struct registry_table *table,
    const struct batch_row *row, const struct value *values, bool copy)
    MUST_CHECK;
/* The table with nrows rows at most reserved, empty when new; a table that is
 * in the batch already keeps its rows.  Pointers to other tables of the batch
 * move.  Rows and cells (VALUE_NULL) up to nrows may then be filled directly;
 * the caller counts table.nrows and batch.nrows. */
int batch_reserve(struct batch *b, const struct registry_table *table, uint16_t id,
    uint32_t nrows, struct batch_table **ret) MUST_CHECK;
/* The table with this id, or NULL. */
struct batch_table *batch_find(const struct batch *b, uint16_t id);
static inline struct value *
batch_cell(const struct batch_table *t, unsigned column, uint32_t row)
{
	return &t->cells[(uint64_t)column * t->row_cap + row];
}
/* len bytes that live as long as the batch; NULL on failure. */
void *batch_alloc(struct batch *b, size_t len);
/* Number of a row in its transaction (verdicts name rows so): rows of one
 * transaction counted in order of table id, then of position. */
uint32_t batch_row_index(const struct batch *b, const struct batch_table *t,
    uint32_t row);

/* The earliest and the latest time of its transactions; untouched without any. */
void batch_times(const struct batch *b, int64_t *ret_min_s, int64_t *ret_max_s);

#endif
