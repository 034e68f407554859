/* What kehoud is told: kehoud.ini and the command line, whose word wins.  The only file
 * that knows libinih.  The sections and keys are described in kehoud(8) and kehoud.ini. */
#ifndef NODE_SETTINGS_H
#define NODE_SETTINGS_H

#include <stdio.h>

#include "node/guard.h"
#include "node/link.h"
#include "node/log.h"

#define SETTINGS_NAME "kehoud.ini"   /* in the data directory */
#define SETTINGS_LISTEN ":8620"      /* where nobody says otherwise */
#define SETTINGS_MAX_VALUE_BYTES 256 /* of one value, NUL included */
#define SETTINGS_MAX_MINUTES 10080   /* between two exchanges: a week */

struct settings {
	char listen[SETTINGS_MAX_VALUE_BYTES];
	char hosts[GUARD_MAX_NAMES][SETTINGS_MAX_VALUE_BYTES];
	size_t nhosts;
	unsigned longest_s;                   /* 0: HTTP_LONGEST_S */
	char url[SETTINGS_MAX_VALUE_BYTES];   /* empty: no hub */
	char ca[SETTINGS_MAX_VALUE_BYTES];    /* empty: the system's */
	char proxy[SETTINGS_MAX_VALUE_BYTES]; /* empty: that of the environment */
	unsigned stall_s;                     /* 0: COURIER_LOW_SPEED_S */
	char bell[SETTINGS_MAX_VALUE_BYTES];  /* program for light or sound; empty: none */
	struct link_plan plan;
	enum log_level level;
};

void settings_default(struct settings *ret);
/* Adds what file says; a file that is absent is OK and says nothing, unless it must be
 * there.  Otherwise USAGE after one line "FILE:LINE: ..." on errors; ret is then
 * undefined.  A key given twice is refused, except host, which adds a name. */
int settings_read(const char *file, bool must_be, FILE *errors, struct settings *ret)
    MUST_CHECK;
/* One value, as if it stood in the file; USAGE after a line on errors. */
int settings_set(struct settings *s, const char *section, const char *name,
    const char *value, FILE *errors) MUST_CHECK;
/* Whether what only a start can change is the same in both: all but plan and level. */
bool settings_same_start(const struct settings *a, const struct settings *b);

#endif
