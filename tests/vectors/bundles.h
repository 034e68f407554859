/* The golden vectors of bundles, and a second writer of them that seals any
 * plaintext whatever: for hostile insides. */
#ifndef TESTS_VECTORS_BUNDLES_H
#define TESTS_VECTORS_BUNDLES_H

#include <jansson.h>

#include "sync/bundle.h"
#include "tests/vectors/trust.h"

#define BUNDLES_ITEMS_MAX 8

/* Everything that goes into one bundle. */
struct bundles_case {
	struct identity sender, recipient;
	uint8_t ephemeral_sk[32];
	struct bundle_info info;
	struct bundle_manifest manifest;
	uint8_t request[REQUEST_MAX_BYTES];
	struct {
		enum bundle_item kind;
		struct buffer data;
	} items[BUNDLES_ITEMS_MAX];
};

void bundles_case_init(struct bundles_case *c, enum trust_size size);
void bundles_case_release(struct bundles_case *c);
/* By sync/bundle.c. */
void bundles_write(const struct bundles_case *c, struct buffer *ret);
/* The plaintext with its padding, and the whole file out of a plaintext: by
 * docs/FORMAT.md, with no code of sync/bundle.c. */
void bundles_plain(const struct bundles_case *c, struct buffer *ret);
void bundles_seal(const struct bundles_case *c, const uint8_t *plain, size_t len,
    struct buffer *ret);
/* Reads data to its end; the first status that is not OK, NOT_FOUND when all
 * of it was accepted.  *ret_items counts what was handed out. */
int bundles_read(const uint8_t *data, size_t len, const uint8_t sign_pk[32],
    const struct identity *recipient, uint64_t *ret_items);
json_t *bundles_json(const struct bundles_case *c);
bool bundles_match(enum trust_size size);

#endif
