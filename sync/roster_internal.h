/* What roster.c and roster_bytes.c share.  Nobody else includes it. */
#ifndef SYNC_ROSTER_INTERNAL_H
#define SYNC_ROSTER_INTERNAL_H

#include "sync/roster.h"

#define ROSTER_MAX_REVOCATIONS 8192
#define ROSTER_MAX_RIGHTS 4096

/* All that a roster must be beside its signatures: bounds, order, names that exist. */
bool roster_valid(const struct roster *r);
/* What is signed of a certificate. */
void roster_cert_put_body(struct buffer *b, const struct roster_cert *c);

#endif
