/* What was exchanged, by which way and with what result: the last HISTORY_MAX lines, in
 * DIR/history.json.  Any thread.  A line that is lost loses no data, so that a failing
 * disk is passed over here; it shows elsewhere. */
#ifndef NODE_HISTORY_H
#define NODE_HISTORY_H

#include <jansson.h>
#include <stdbool.h>

#include "sync/env.h"

#define HISTORY_MAX 200

enum history_way { HISTORY_NETWORK = 1, HISTORY_STICK, HISTORY_BROWSER };

struct history_line {
	enum history_way way;
	bool in;                 /* towards this node */
	uint64_t bundles, transactions;
	const char *outcome;     /* a word of docs/api.md */
	const char *message;     /* detail for people or the log, may be "" */
};
void history_add(const struct env *env, const char *dir, const struct history_line *line);
/* Newest first: [{"at_ms", "way", "direction", "bundles", "transactions", "outcome",
 * "message"}]; an empty array where there is none. */
json_t *history_list(const struct env *env, const char *dir);

#endif
