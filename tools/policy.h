/* The county's plan as its clerk writes it, made into what policy.publish
 * takes: dates into day numbers, seasons into month * 100 + day, times of day
 * into minutes, numbers of schools into integers; everything else is looked at
 * and left as it is. */
#ifndef TOOLS_POLICY_H
#define TOOLS_POLICY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sync/status.h"

#define POLICY_PLACE_BYTES 160

struct policy_mistake {
	char place[POLICY_PLACE_BYTES]; /* "windows 2: from"; empty: the whole */
	const char *reason;        /* key of a message */
	size_t line;               /* from 1; 0: not known */
};
typedef void policy_report(void *ctx, const struct policy_mistake *m);

/* The bytes that the document was read from. */
struct policy_text {
	const char *text;
	size_t len;
	int item;                  /* its place in an array of documents, or -1 */
};

/* Changes document in place.  MALFORMED: each mistake was reported, at most one a
 * field; document is then of no more use. */
int policy_convert(json_t *document, const struct policy_text *text,
    policy_report *report, void *ctx) MUST_CHECK;

/* ---- parts of it ---- */
/* A field: forms i integer, t text, d date, s season MM-DD, m time of day, n number
 * of a school, c class of a place, v value of a setting. */
struct policy_field {
	const char *name;
	char form;
	bool optional;
	int64_t min, max;          /* forms i; both 0: any */
};
/* The value as policy.publish takes it; NULL and the reason. */
json_t *policy_value(const struct policy_field *f, const json_t *value,
    const char **ret_reason);
/* The reason why a setting is not right, and its field; or NULL. */
const char *policy_value_setting(const json_t *row, const char **ret_field);

/* The line of document[item].part[row].field; negative or NULL parts are left
 * out; of the innermost that is there.  The text is JSON that was read. */
size_t policy_line(const struct policy_text *text, const char *part, int row,
    const char *field);

#endif
