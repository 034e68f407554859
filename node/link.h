/* When a school speaks to its hub, and what came of it: one thread that sleeps until
 * the next exchange (docs/network.md). */
#ifndef NODE_LINK_H
#define NODE_LINK_H

#include <jansson.h>

#include "node/courier.h"
#include "node/engine.h"

#define LINK_INTERVAL_S 900          /* where nobody says otherwise */
#define LINK_RETRY_S 60
#define LINK_LONGEST_RETRY_S (6 * 3600)
#define LINK_URGENT_RETRY_S 300      /* the longest wait with something urgent, whatever was
                                      * asked for: an incident is not put off for hours */

enum { LINK_GIVEN_INTERVAL = 1, LINK_GIVEN_WINDOW = 2, LINK_GIVEN_BYTES = 4,
	LINK_GIVEN_NETWORK = 8 };
struct link_plan {
	unsigned given;          /* which of these kehoud.ini says: policy leaves them */
	bool network;            /* false: by stick only */
	unsigned interval_s;
	int from_min, to_min;    /* of the day in UTC+8; equal: all day */
	uint64_t day_bytes;      /* both ways; 0 no limit */
};
struct link_past {               /* kept in ROOT/link.json, for kehou status too */
	int64_t next_s, last_success_s, last_failure_s;
	unsigned failures;       /* since the last success */
	int64_t day;             /* since 1970, UTC+8, that bytes are counted for */
	uint64_t bytes;          /* the plan's, once what is left is too few for a call */
	enum courier_end end;    /* of the last exchange; 0 none */
	int64_t out_success_s, out_failure_s, in_success_s, in_failure_s; /* each way */
	bool part;               /* an exchange broke off: its files go before anything newer */
	bool urgent;             /* something urgent has not gone yet */
	int64_t urgent_next_s;   /* not before */
};
/* Seconds after a failure until the next try, never less than was asked for (wish_s, within
 * LINK_LONGEST_RETRY_S); jitter: 0 to 65535, evenly. */
unsigned link_retry_s(unsigned failures, unsigned wish_s, unsigned jitter);
/* What is left of the day's bytes; UINT64_MAX where the plan has no limit. */
uint64_t link_left_bytes(const struct link_plan *plan, const struct link_past *past,
    int64_t now_s);
/* Whether an exchange that nobody asked for may be, or go on. */
bool link_open(const struct link_plan *plan, int64_t now_s);
/* When the next exchange may be, not before now: the plan's window and interval. */
int64_t link_next_s(const struct link_plan *plan, const struct link_past *past,
    int64_t now_s);

struct link;
struct link_options {
	struct courier_options courier;
	struct link_plan plan;
	struct engine *engine;
	struct spool *spool;
	const struct env *env;
	const char *root;        /* where link.json lies */
	const char *dir;         /* data directory, for the history */
};
/* options' pointers outlive it. */
int link_new(const struct link_options *options, struct link **ret) MUST_CHECK;
/* Before engine_stop: what ends from then on was stopped, it did not fail.  NULL: nothing. */
void link_stop(struct link *l);
void link_free(struct link *l);
/* Any thread: an exchange as soon as may be, outside the plan's hours too and to its end. */
void link_now(struct link *l);
/* Any thread: something urgent was entered.  It goes at once, outside window and byte
 * budget and ahead of an exchange that runs; never where the plan says no network. */
void link_urgent(struct link *l);
/* Any thread: another plan from now on; an exchange that runs keeps its own. */
void link_set_plan(struct link *l, const struct link_plan *plan);
/* For docs/api.md's status; l may be NULL. */
json_t *link_state(struct link *l);

#endif
