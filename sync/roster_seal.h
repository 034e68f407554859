/* The sealing keys of hubs within a roster.  For roster.c alone. */
#ifndef SYNC_ROSTER_SEAL_H
#define SYNC_ROSTER_SEAL_H

#include "sync/roster.h"

void roster_sealing_put(struct buffer *b, const struct roster_sealing *s);
void roster_sealing_read(struct reader *r, struct roster_sealing *ret); /* may fail r */
/* Ascending, of hubs of this roster, none of a later one. */
bool roster_sealings_valid(const struct roster *r);

#endif
