/* What people must be told of a node's state beside the three facts, in words: by kehou
 * status, and by the pages, for whom it is open to whoever reaches them. */
#ifndef SCHEMA_NOTES_H
#define SCHEMA_NOTES_H

#include <jansson.h>

#include "schema/message.h"
#include "sync/replica.h"

/* [{"code", "message"}], the gravest first; names no person and no machine of a school.
 * NULL when there is no memory. */
json_t *notes_of(const struct replica *r, const struct replica_status *s,
    enum message_lang lang);

#endif
