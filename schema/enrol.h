/* A fresh machine asks its county's hub for the invitation that a code of the telephone
 * opens (sync/code.h).  The asking is done by kehou-courier, a process of its own that is
 * told neither code nor key (docs/decisions/010-apart.md). */
#ifndef SCHEMA_ENROL_H
#define SCHEMA_ENROL_H

#include <stdbool.h>

#include "sync/buffer.h"
#include "sync/env.h"

#define ENROL_URL_BYTES 256    /* NUL included */
#define ENROL_LONGEST_S 600    /* then the line is too slow */
#define ENROL_LOOK_MS 250      /* between two looks whether to stop */
#define ENROL_MODE "invitation"/* what kehou-courier is started with */
#define ENROL_HUB_NAME "hub"   /* in the data directory: the hub's address, one line */

struct enrol_options {
	const char *url;       /* as a person typed it */
	const char *ca_file;   /* pinned, NULL: the system's */
	const char *proxy;     /* NULL: that of the environment */
	bool (*stop)(void *ctx); /* any time: end now */
	void *ctx;
};
struct enrol_error {
	char code[32];         /* "setup.code_group", … as in docs/api.md; "" for a status */
	unsigned group;        /* of setup.code_group */
	unsigned retry_s;      /* the hub's wish, 0 none */
};

/* https:// before what names no scheme, no / at the end.  USAGE when it is no address. */
int enrol_url(const char *text, char ret[ENROL_URL_BYTES]) MUST_CHECK;
/* The invitation's bytes, to be wiped; they are not verified.  REFUSED with an error, and
 * other statuses of this machine. */
int enrol_fetch(const struct enrol_options *options, const char *code,
    struct buffer *ret_invitation, struct enrol_error *ret) MUST_CHECK;

/* Keeps the hub's address for kehoud, where kehoud.ini names none; and reads it: "" when
 * none is kept. */
int enrol_keep_hub(const struct env *env, const char *dir, const char *url) MUST_CHECK;
int enrol_hub(const struct env *env, const char *dir, char ret[ENROL_URL_BYTES]) MUST_CHECK;

#endif
