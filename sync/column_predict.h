/* Guesses for column.c; see enum registry_hint. */
#ifndef SYNC_COLUMN_PREDICT_H
#define SYNC_COLUMN_PREDICT_H

#include "sync/column.h"

struct column_predictor {
	const struct column_world *world;
	struct column_hint hint;
	const struct column_cells *cells;
	/* LAST_BY */
	const struct batch_table *table;
	int by, value, own_by;          /* indices; value -1: this column */
	uint32_t next;                  /* first row of table not seen yet */
	struct column_slot *slots; uint32_t mask;
};
/* NOT_FOUND when it refers to what is not known (yet). */
int column_predictor_init(struct column_predictor *p, const struct column_world *w,
    const struct column_hint *hint, const struct column_cells *cells) MUST_CHECK;
void column_predictor_release(struct column_predictor *p);
/* For cells 0, 1, 2 … in order, the earlier ones known. */
struct value column_predict(struct column_predictor *p, uint32_t i);

#endif
