/* What a hub does by itself, in idle time after rows came in: its idle commands for each
 * central school, then the answers of its pages (summary_warm), a piece at a time. */
#ifndef SCHEMA_UPKEEP_H
#define SCHEMA_UPKEEP_H

#include "schema/runtime.h"

struct upkeep {           /* zero at first */
	uint64_t changes; /* of the store, when a piece ran last */
	uint64_t school;  /* whose commands ran last in this round */
	size_t asked;     /* summary_warm's */
	bool commanding, again, warming;
};

/* Does one piece: the commands for one school, or the rows of one view and school.  more:
 * call again when there is nothing else to do.  Elsewhere than at a hub, and where nothing
 * changed, nothing. */
int upkeep_step(const struct runtime *rt, struct upkeep *u, bool *ret_more) MUST_CHECK;
/* The commands alone, at once. */
int upkeep_commands(const struct runtime *rt) MUST_CHECK;

#endif
