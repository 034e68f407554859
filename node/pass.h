/* Whose a file is: proved once to the engine, who has the roster (Kehou-Proof), then shown with
 * each piece, which the engine does not see (Kehou-Pass).  docs/network.md. */
#ifndef NODE_PASS_H
#define NODE_PASS_H

#include "node/spool.h"
#include "sync/proof.h"

#define PASS_MAC_BYTES 16
#define PASS_TEXT_BYTES (2 * (1 + NODE_ID_BYTES + PASS_MAC_BYTES) + 1)

/* Before all others: passes are worth something until the next call of it. */
void pass_begin(void);
/* Whether proof, as text or NULL, is somebody's of the roster that what is his. */
bool pass_proved(const struct roster *roster, const char *what, const char *proof,
    struct spool_from *ret);
/* What a proof is worth for the file name; "": nothing. */
void pass_give(const struct roster *roster, const char *name, const char *proof,
    char ret[PASS_TEXT_BYTES]);
/* Whose name is by a pass, as text or NULL: a stranger's where it is worth nothing. */
struct spool_from pass_read(const char *name, const char *pass);

#endif
