/* The school itself as site 0: what the county's roster knows of it, entered once
 * by the command site.add. */
#ifndef SCHEMA_FIRST_SITE_H
#define SCHEMA_FIRST_SITE_H

#include "schema/runtime.h"

/* Enters site 0 when the school has none; a site that is there stays as it is.
 * Nothing at a hub.  The user acts with the right of a head, since nothing of
 * the row is theirs; nobody may, while there is no staff. */
int first_site_add(const struct runtime *rt, const struct domain_user *user,
    const struct roster_school *school, struct domain_error *ret_error) MUST_CHECK;
/* The same for a node, out of the roster it holds; nothing where the school has or
 * had another machine, whose row is on its way. */
int first_site_of(struct replica *r, const struct domain_user *user,
    struct domain_error *ret_error) MUST_CHECK;

#endif
