/* The golden vectors of checkpoints: built from fixed seeds, by the generator and by
 * the test alike. */
#ifndef TESTS_VECTORS_CHECKPOINT_H
#define TESTS_VECTORS_CHECKPOINT_H

#include <jansson.h>

#include "sync/checkpoint.h"

enum checkpoint_vector_size {
	CHECKPOINT_SMALL,   /* one rule; no history is cut */
	CHECKPOINT_SEVERAL, /* two kinds of rule; a piece with leaves, one erased, and a
	                     * private part; a stream of which nothing is left */
	CHECKPOINT_MAXIMAL  /* numbers at their limits; a piece of forty days */
};
extern const char *const checkpoint_vector_sizes[3];

/* The issuing key: seed of 11, then 31 zero bytes. */
void checkpoint_vector_key(uint8_t ret_pk[32], uint8_t ret_sk[64]);
/* The file and what it means as JSON. */
int checkpoint_vector(enum checkpoint_vector_size size, struct buffer *ret,
    json_t **ret_json) MUST_CHECK;

#endif
