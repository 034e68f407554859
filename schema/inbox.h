/* The inbox as rows: two records disagree, please choose. */
#ifndef SCHEMA_INBOX_H
#define SCHEMA_INBOX_H

#include <jansson.h>

#include "sync/replica.h"

/* ret: array of {"no", "table", "keys", "field", "stands", "stands_from",
 * "stands_by", "stands_at", "other", "other_from", "other_by", "other_at"}; from: the school's
 * or the county's name, by: the person's or "" where it is not known here; times in ms, values
 * and numbers as text; the caller's.  Whoever may see children may see it: that is
 * for the caller to check. */
int inbox_rows(struct replica *r, json_t **ret) MUST_CHECK;

#endif
