/* The first four bytes of every file: "KH", a letter for the kind, and the
 * digit of the format's version. */
#ifndef SYNC_MAGIC_H
#define SYNC_MAGIC_H

#include "sync/buffer.h"

#define MAGIC_BYTES 4
#define MAGIC_VERSION '1'

/* kind: 'B' bundle, 'C' receipt, 'I' invitation, 'J' node key without its first sealing
 * key, 'K' node key, 'Q' request, 'R' roster, 'S' school keys, 'T' root key, 'U' issuing
 * key, 'V' verdict, 'W' sealed invitation, 'X' sidecar. */
void magic_put(struct buffer *b, char kind);
/* Reads and compares.  TRUNCATED, MALFORMED for another kind of file, NEWER
 * for a later version of this kind. */
int magic_read(struct reader *r, char kind) MUST_CHECK;

#endif
