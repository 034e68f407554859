/* Who hands a file over, said before the file is there; who asks for what there is for a
 * node (docs/FORMAT.md, "Proof"). */
#ifndef SYNC_PROOF_H
#define SYNC_PROOF_H

#include "sync/roster.h"

#define PROOF_BYTES (NODE_ID_BYTES + SIGNATURE_BYTES)

/* what: name of the file, or hexadecimal id of the node. */
void proof_make(const struct identity *by, const char *what, uint8_t ret[PROOF_BYTES]);
/* The node of the roster that made it; NULL where none did, or it is revoked. */
const struct roster_cert *proof_of(const struct roster *r, const char *what,
    const uint8_t proof[PROOF_BYTES]);

#endif
