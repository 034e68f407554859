/* What leaves.c and leaves_thin.c share.  Nobody else includes it. */
#ifndef SYNC_LEAVES_INTERNAL_H
#define SYNC_LEAVES_INTERNAL_H

#include "sync/leaves.h"

enum leaf_kind {
	LEAF_WHOLE = 0, /* salt, body */
	LEAF_ERASED = 1 /* digest of what was there */
};

/* One leaf as it stands in the bytes. */
struct leaf {
	uint64_t table, row;        /* of its first row: whose it is */
	const uint8_t *salt, *body; /* NULL when erased */
	size_t len;
	uint8_t inner[HASH_BYTES];  /* digest of salt and body */
	const uint8_t *start;
	size_t bytes;
};

/* Columns of a privacy. */
uint64_t leaves_mask(const struct registry_table *t, enum registry_privacy privacy);
/* Whose a row is; NULL: it stands for itself. */
struct value leaves_person(const struct batch_table *t, uint32_t row);
/* Begins a list of leaves; the private part has its generation in front. */
int leaves_begin(struct reader *r, const uint8_t *list, size_t len, bool private,
    uint64_t *ret_generation, size_t *ret_n) MUST_CHECK;
/* Next leaf of either kind of list. */
int leaves_next(struct reader *r, bool private, struct leaf *ret) MUST_CHECK;

#endif
