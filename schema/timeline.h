/* Who changed what of a child, out of the transactions themselves. */
#ifndef SCHEMA_TIMELINE_H
#define SCHEMA_TIMELINE_H

#include <jansson.h>

#include "schema/domain.h"

#define TIMELINE_MAX_ROWS 500 /* the newest */

/* ret: array of {"at_ms", "staff", "from", "table", "change", "fields"}, newest first; the
 * caller's.  from: the school's or the county's name; change: "new", "edit" or "gone";
 * fields: {name: value as text, null where it is private or erased}.  Marks of roll calls
 * and leavings are told by their corrections only: the first entry of a day is no change.
 * Of what is not sealed yet it reads the first SEGMENT_CUT_ROWS rows (a class list of some
 * thousand children between two exports hides what came after it until then).
 * Told are the tables that are the child's own record, each to whom its view is shown;
 * never what was reported or said (incidents, opinions).  Noted in access_log before.
 * ret_more: there were more.  REFUSED or USAGE with the error filled: the wrong role.
 * Reads every segment of the school: some hundred milliseconds after a year. */
int timeline_rows(struct replica *r, const struct domain_user *user, int64_t pupil,
    json_t **ret, bool *ret_more, struct domain_error *ret_error) MUST_CHECK;

#endif
