/* When this school speaks to its hub, as the county's signed policy says for it
 * (docs/policy.md: exchange_minutes, _window, _bytes_day, _stick_only). */
#ifndef NODE_POLICY_PLAN_H
#define NODE_POLICY_PLAN_H

#include "node/link.h"

/* Engine's thread.  Takes over what the policy in force says for the first site of this
 * node's school; what plan->given names stays.  At a hub or relay nothing is changed. */
int policy_plan(struct replica *r, const struct env *env, struct link_plan *plan) MUST_CHECK;

#endif
