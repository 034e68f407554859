/* Between api*.c: one call on its way from the HTTP thread through the engine. */
#ifndef NODE_API_INTERNAL_H
#define NODE_API_INTERNAL_H

#include <jansson.h>

#include "node/api.h"
#include "node/guard.h"
#include "node/stick_scan.h"
#include "schema/domain.h"
#include "schema/message.h"

#define API_NAME_BYTES 128

struct asking;
struct api_call {
	struct engine_job job;   /* first: a job is its call */
	struct api *api;
	struct http_request *req;
	enum message_lang lang;
	const struct api_route *route;
	char name[API_NAME_BYTES];     /* what follows the route's path */
	char cookie[AUTH_COOKIE_BYTES];/* "" when none came */
	char peer[GUARD_PEER_BYTES]; /* guard_peer's */
	bool here;               /* made at this machine, by no proxy */
	int64_t staff;           /* of the session; 0: nobody */
	uint8_t mark[PIN_MARK_BYTES]; /* that the session was opened with */
	bool first;              /* may act while there is nobody: docs/decisions/013-first-head.md */
	struct domain_user user; /* on the engine's thread: what staff may now */
	struct replica *replica; /* the engine's, while work runs; or NULL */
	char *pin_hash;          /* of the PIN that args set, once it is made; or NULL */
	int64_t pin_of;          /* whose PIN it was, 0: nobody's; for checked */
	void (*checked)(struct api_call *call, struct replica *r); /* api_people_check_pin's */
	struct asking *asking;   /* api_code.c's, on its way to the engine */
	json_t *args;            /* body, or the query as an object of texts; owned */
};

enum api_route_flags {
	API_PREFIX = 1,          /* the path goes on with a name */
	API_RAW = 2,             /* the body is bytes, not JSON */
	API_NO_NODE = 4,         /* work is called before set-up too, r NULL then */
	API_OPEN = 8,            /* for whoever asks; others are for people who signed in */
	API_DIRECT = 16,         /* direct is called on the HTTP thread; no engine */
	API_BODY_OPTIONAL = 32,
	API_NODES = 64           /* other nodes call it: people go first */
};
struct api_route {
	enum http_method method;
	const char *path;
	unsigned flags;
	size_t max_body;
	/* Engine's thread.  Replies once with api_json, api_bytes or api_fail. */
	void (*work)(struct api_call *call, struct replica *r, int status);
	void (*direct)(struct api_call *call);
};

/* Which database it is: node and epoch; another one after a restore.  A phone keeps what
 * one took until the county has it.  NULL without memory. */
json_t *api_state_life(const struct replica *r);
json_int_t api_state_now_ms(void); /* this machine's clock */

/* ---- replies; each ends the call's request ---- */
/* value is taken; NULL becomes 500 NOMEM.  set_cookie may be NULL. */
void api_json(struct api_call *call, unsigned status, json_t *value, const char *set_cookie);
void api_bytes(struct api_call *call, const void *body, size_t len, const char *type,
    const char *disposition);
/* len bytes of a file, which is closed afterwards, without holding them in memory. */
void api_file_bytes(struct api_call *call, int fd, uint64_t len, const char *disposition);
/* where picks "error.CODE.where" before "error.CODE"; arg is {1}.  Both may be
 * NULL. */
void api_fail(struct api_call *call, int status, const char *where, const char *arg);
/* api_fail's where for work on a stick that was left in this state. */
const char *api_stick_where(int status, enum stick_state state, const char *otherwise);
void api_fail_domain(struct api_call *call, int status, const struct domain_error *error);
/* A code of the call itself; retry_s > 0 becomes Retry-After. */
void api_refuse(struct api_call *call, unsigned http, const char *code, const char *arg,
    int retry_s);
/* The same with one more field, a number. */
void api_refuse_field(struct api_call *call, unsigned http, const char *code, const char *arg,
    const char *field, int value);

/* From direct: work is called on the engine's thread after all. */
void api_later(struct api_call *call);

/* ---- a machine that has just become a school (api_setup.c); each ends the call ---- */
bool api_setup_empty(struct api_call *call, const struct replica *r, int status);
/* hub: its address, NULL where nobody said one. */
void api_setup_become(struct api_call *call, const uint8_t *invitation, size_t len,
    const char *hub);
/* Whoever has an invitation for this school may make its first head. */
void api_setup_first(struct api_call *call, struct replica *r, const uint8_t *invitation,
    size_t len);

/* The header that makes a browser keep a session. */
#define API_COOKIE_BYTES 160
void api_cookie(const char *cookie, char ret[API_COOKIE_BYTES]);
void api_answer(struct api_call *call, const struct http_answer *answer);

/* Whether nobody may act here while there are no staff. */
bool api_first(const struct api_call *call, const struct replica *r);
/* Whether who asks has one of the roles; or the call is refused, USAGE.role.  That somebody
 * asks is seen to before work is called. */
bool api_allowed(struct api_call *call, unsigned roles);

/* Has a PIN checked on a thread of its own and then calls checked on the engine's, pin_of
 * set; or refuses the call: too many guesses, no such arguments.  staff: name or id. */
void api_people_check_pin(struct api_call *call, struct replica *r, const char *staff,
    const char *pin, void (*checked)(struct api_call *call, struct replica *r));

/* Has the hash of a new PIN made on that thread, pin_hash set, and then the call's work
 * begun once more; or refuses the call. */
void api_people_hash_pin(struct api_call *call, const char *pin);
/* The whole of what the engine does with a call: who asks, then the route's work. */
void api_run(struct engine_job *job, struct replica *r, int status);

/* ---- the routes, by file ---- */
extern const struct api_route api_backup_routes[], api_code_routes[], api_domain_routes[],
    api_exchange_routes[], api_people_routes[], api_roster_routes[], api_setup_routes[],
    api_state_routes[], api_stick_routes[], api_sync_routes[];
extern const size_t api_backup_nroutes, api_code_nroutes, api_domain_nroutes,
    api_exchange_nroutes, api_people_nroutes, api_roster_nroutes, api_setup_nroutes,
    api_state_nroutes, api_stick_nroutes, api_sync_nroutes;

/* Frees a call whose request is answered by other means. */
void api_drop(struct api_call *call);
/* api_file.c: pages. */
void api_file(struct api_call *call);

#endif
