/* The golden vectors of segments: built from fixed seeds, by the generator and
 * by the test alike. */
#ifndef TESTS_VECTORS_SEGMENT_H
#define TESTS_VECTORS_SEGMENT_H

#include "sync/segment.h"

enum segment_vector_size {
	SEGMENT_SMALL,   /* a day's roll call, one correction with its reason */
	SEGMENT_SEVERAL, /* two days; the author knows several streams more; of two
	                  * children reason and approval, the first one erased */
	SEGMENT_MAXIMAL  /* forty days in one segment */
};
extern const char *const segment_vector_sizes[3];

/* That of the day model, with leaving.approval (column 12) private. */
extern const struct registry segment_vector_registry;
extern const struct school_key segment_vector_key;
#define SEGMENT_VECTOR_COUNTY UINT64_C(410185)
void segment_vector_author(struct identity *ret);
/* The bytes, the rows in them and the hash after 32 zero bytes. */
int segment_vector(enum segment_vector_size size, struct buffer *ret,
    struct batch *ret_batch, uint8_t ret_hash[HASH_BYTES]) MUST_CHECK;

#endif
