/* Mode LIST of column.c: runs of one transaction that were seen before, and
 * single values as places in them. */
#ifndef SYNC_COLUMN_LIST_H
#define SYNC_COLUMN_LIST_H

#include "sync/column.h"

/* Frames: tokens, places, values.  NOT_FOUND when a cell is no integer; the
 * world is unchanged in any case. */
int column_list_encode(struct column_world *w, unsigned space,
    const struct column_cells *cells, struct buffer frames[3]) MUST_CHECK;
/* After the encoder chose the mode: what later columns will know. */
int column_list_learn(struct column_world *w, unsigned space,
    const struct column_cells *cells) MUST_CHECK;
/* Decodes and learns. */
int column_list_decode(struct column_world *w, unsigned space,
    struct reader frames[3], struct column_cells *cells) MUST_CHECK;

#endif
