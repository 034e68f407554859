/* What roster.c and roster_bytes.c share.  Nobody else includes it. */
#ifndef SYNC_ROSTER_INTERNAL_H
#define SYNC_ROSTER_INTERNAL_H

#include "sync/roster.h"

#define ROSTER_MAX_REVOCATIONS 8192
#define ROSTER_MAX_RIGHTS 4096

/* All that a roster must be beside its signatures: bounds, order, names that exist. */
bool roster_valid(const struct roster *r);
/* roster_certify for a certificate that was given before: that its invitation was
 * withdrawn, by a hub that did not know, does not undo it. */
int roster_certify_again(struct roster *r, const struct roster_cert *cert,
    const uint8_t issuing_sk[64]) MUST_CHECK;
/* What is signed of a certificate. */
void roster_cert_put_body(struct buffer *b, const struct roster_cert *c);

#endif
