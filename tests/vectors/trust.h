/* The golden vectors of roster, certificate, invitation, sealed invitation, request,
 * receipt, verdict and proof: built from fixed seeds, by the generator and by the tests alike. */
#ifndef TESTS_VECTORS_TRUST_H
#define TESTS_VECTORS_TRUST_H

#include <jansson.h>

#include "sync/code.h"
#include "sync/proof.h"
#include "sync/receipt.h"
#include "sync/verdict.h"

#define TRUST_COUNTY UINT64_C(410185)

enum trust_size { TRUST_SMALL, TRUST_SEVERAL, TRUST_MAXIMAL };
extern const char *const trust_sizes[3];

/* Ends the program where a vector cannot be made. */
void trust_must(int status);
/* Keys out of a label. */
void trust_seed(const char *label, unsigned number, uint8_t ret[32]);
void trust_key(const char *label, unsigned number, uint8_t ret_sk[64]);
void trust_node(const char *label, unsigned number, struct identity *ret);

/* A county: the roster, not signed yet. */
void trust_roster(enum trust_size size, struct roster *ret);
/* The invitation that every such roster holds unused. */
void trust_invitation(enum trust_size size, struct invitation *ret);
/* It sealed under a code of its own; the text is what is read aloud. */
void trust_code(enum trust_size size, char ret_digits[CODE_DIGITS + 1]);
void trust_sealed(enum trust_size size, struct buffer *ret);
void trust_receipt(enum trust_size size, struct receipt *ret);
void trust_verdict(enum trust_size size, struct verdict *ret);
/* Who proves what: a school that asks, the hub that asks for it, the hub that sends. */
void trust_proof(enum trust_size size, struct identity *ret_by, char ret_what[64]);
void trust_sign_roster(struct roster *r, struct buffer *ret);

/* kind: "roster" and so on.  The bytes, and what they mean as JSON. */
#define TRUST_KINDS 8
extern const char *const trust_kinds[TRUST_KINDS];
void trust_vector(const char *kind, enum trust_size size, struct buffer *ret,
    json_t **ret_json);
/* True when the files of this vector in $SRCDIR/tests/vectors are what is built
 * here, bytes and JSON. */
bool trust_vector_matches(const char *kind, enum trust_size size);

#endif
