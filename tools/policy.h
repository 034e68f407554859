/* The county's plan as its clerk writes it, made into what policy.publish
 * takes: dates into day numbers, seasons into month * 100 + day, times of day
 * into minutes; everything else is looked at and left as it is. */
#ifndef TOOLS_POLICY_H
#define TOOLS_POLICY_H

#include <jansson.h>

#include "sync/status.h"

/* Changes document in place.  MALFORMED: ret_where names the field that is
 * missing, unknown or of the wrong form ("windows 2: from"); document is then
 * of no more use. */
int policy_convert(json_t *document, char *ret_where, size_t where_cap) MUST_CHECK;

#endif
