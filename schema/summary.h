/* What each school's records add up to, kept at the county's hub.
 *
 * A view with "each: school" gives for a county the rows of each school, one after the
 * other.  They are computed for one school at a time, never added to, and kept until
 * rows of that school or of the county change (store_changes); an erasure empties
 * what is kept.  So a county's page costs what changed since it was looked at last, or
 * since a hub that had nothing else to do computed it (summary_warm). */
#ifndef SCHEMA_SUMMARY_H
#define SCHEMA_SUMMARY_H

#include "schema/domain.h"
#include "schema/runtime_sql.h"

#define SUMMARY_MAX_KEPT 20000u /* answers; then they are made anew as they are asked for */

/* Appends to rows what view says of the school, or of each known one (0), in the order of
 * their numbers, with the parameters b.  Not within a transaction. */
int summary_rows(struct store *s, const struct domain_entry *view,
    const struct runtime_sql_binds *b, uint64_t school, json_t *rows) MUST_CHECK;

/* Computes one school's rows of a view that was asked for before, where they hold no
 * longer.  at: 0 at first, then as it was left.  more: there may be another. */
#define SUMMARY_MAX_ASKED 32u /* views with parameters; then the list begins anew */
int summary_warm(struct store *s, size_t *at, bool *ret_more) MUST_CHECK;

#endif
