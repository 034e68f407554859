/* The inbox as rows: two records disagree, please choose. */
#ifndef SCHEMA_INBOX_H
#define SCHEMA_INBOX_H

#include <jansson.h>

#include "schema/domain.h"

/* ret: array of {"no", "table", "keys", "field", "stands", "stands_from",
 * "stands_by", "stands_at", "other", "other_from", "other_by", "other_at"}; from: the school's
 * or the county's name, by: the person's or "" where it is not known here; times in ms, values
 * and numbers as text; the caller's.  Those that the view inbox shows to this user, and
 * noted as it is. */
int inbox_rows(struct replica *r, const struct domain_user *user, json_t **ret,
    struct domain_error *ret_error) MUST_CHECK;

#endif
