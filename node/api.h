/* docs/api.md: which request is answered by whom. */
#ifndef NODE_API_H
#define NODE_API_H

#include <stdatomic.h>

#include "node/auth.h"
#include "node/enroller.h"
#include "node/engine.h"
#include "node/http.h"
#include "node/link.h"
#include "node/spool.h"
#include "node/stick.h"
#include "node/worker.h"
#include "schema/pin.h"

#define API_MAX_JSON_BYTES (256u * 1024) /* a command's body */
#define API_MAX_VALUES 200000u            /* of a body; an object is eight more */
#define API_STRANGERS_VALUES 2000u        /* of who is not signed in */

struct api {                 /* all borrowed; filled in before the first request */
	struct engine *engine;
	struct auth *auth;
	struct worker *pins;     /* checks PINs */
	struct worker *backups;
	struct worker *pieces;   /* puts what schools send on the disk */
	atomic_bool backing_up;  /* one at a time */
	const struct env *env;
	const char *dir;         /* data directory */
	const char *web;         /* folder of pages for development, or NULL */
	const char *version;
	struct spool *spool;
	struct link *_Atomic link; /* NULL where no hub's address is known */
	struct link_options line; /* of it; url is hub */
	char hub[ENROL_URL_BYTES]; /* its address, "" while it is not known */
	struct enroller *enroller;
	struct stick_set *sticks;/* NULL: none are looked for */
	const char *const *hosts;/* further names of this machine; GUARD_MAX_NAMES */
	size_t nhosts;
	struct buffer plan;      /* the engine's thread: class list that was looked at last */
	int64_t plan_s;          /* when */
	int plan_year;           /* of it */
};

/* ctx of these is a struct api: struct http_handlers. */
size_t api_max_body(void *ctx, const struct http_request *req);
void api_handle(void *ctx, struct http_request *req);
void api_too_large(void *ctx, struct http_request *req);
void api_busy(void *ctx, struct http_request *req);

/* On the engine's thread, or when there is none any more: the class list that waits for its
 * import goes from memory; of_s: only where it is older. */
#define API_PLAN_S 1800
void api_roster_forget(struct api *api, int64_t of_s);

/* Merges what a stopped program had not merged yet. */
void api_sync_begin(struct api *api);

#endif
