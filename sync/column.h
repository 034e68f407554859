/* One column of the facts: predictions, and the modes that write what they
 * leave over (docs/FORMAT.md, "Facts").  For facts.c alone. */
#ifndef SYNC_COLUMN_H
#define SYNC_COLUMN_H

#include "sync/batch.h"

#define COLUMN_SPACES 64          /* kinds of lists in one segment */
#define COLUMN_LIST_MIN 4         /* a shorter run is coded value by value */
#define COLUMN_LIST_MAX 256
#define COLUMN_RECENT 32          /* lists that can be named */

enum column_mode {
	COLUMN_CONST = 0,     /* one value */
	COLUMN_PREDICTED = 1, /* the prediction holds for all */
	COLUMN_RAW = 2,
	COLUMN_DICT = 3,      /* index of a value; 0 the prediction when there is
	                       * one */
	COLUMN_DELTA = 4,     /* difference to prediction or previous value */
	COLUMN_LIST = 5,
	COLUMN_MODES = 6
};

/* Lists of integers that columns of one name have in common. */
struct column_list { uint32_t at, len; };
struct column_event { uint32_t tx, list; };
struct column_space {
	const char *name;              /* encoder: the column's */
	int64_t *values; size_t nvalues, values_cap;
	uint8_t *used;                 /* beside values */
	struct column_list *lists; uint32_t nlists, lists_cap;
	struct column_event *events; uint32_t nevents, events_cap; /* by tx */
};

/* What one facts block has learnt so far. */
struct column_world {
	const struct batch *batch;
	uint64_t scope, epoch;
	uint64_t done[REGISTRY_MAX_TABLE_ID + 1]; /* columns decoded, by index */
	struct column_space spaces[COLUMN_SPACES];
	unsigned nspaces;
};
void column_world_release(struct column_world *w);

/* What a prediction is made of; travels with the column. */
struct column_hint {
	uint8_t kind;                  /* enum registry_hint */
	uint16_t table, by, value, own_by; /* LAST_BY: ids; own_by in the
	                                * row's own table */
	unsigned space;                /* LIST */
};

struct column_cells {
	struct value *v;               /* n cells, in order */
	const uint32_t *row;           /* index in its table; NULL: a column of
	                                * transactions */
	const struct batch_table *table;
	uint32_t n;
	uint8_t type;                  /* enum value_type of non-NULL cells */
	bool never_null;
};

/* Appends the description to spec, and frames. */
int column_encode(struct column_world *w, const struct column_hint *hint,
    const struct column_cells *cells, struct buffer *spec, struct buffer *frames)
    MUST_CHECK;

/* The description as read: enough to skip a column that is not known. */
struct column_spec {
	uint8_t mode, nframes;
	struct column_hint hint;
	struct value constant;
	uint64_t scale;
	const uint8_t *dict; size_t ndict, dict_len; /* values, value_put */
};
void column_spec_read(struct reader *r, struct column_spec *ret);
/* Consumes spec.nframes frames.  NOT_FOUND: the prediction refers to what is
 * not known here; frames are consumed all the same. */
int column_decode(struct column_world *w, const struct column_spec *spec,
    struct reader *frames, struct column_cells *cells) MUST_CHECK;

#endif
