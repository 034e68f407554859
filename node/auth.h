/* Who is signed in on which browser: sessions, known by the hash of their cookie, kept in
 * DIR/sessions across restarts.  Any thread; what changes a session writes the file, so
 * call it on the engine's.  A file that is lost or damaged costs people a sign-in. */
#ifndef NODE_AUTH_H
#define NODE_AUTH_H

#include <stdbool.h>
#include <stdint.h>

#include "schema/pin.h"
#include "sync/env.h"

#define AUTH_MAX_SESSIONS 256         /* the least used one gives way */
#define AUTH_COOKIE_BYTES 44          /* 32 random bytes in base64, and NUL */
#define AUTH_IDLE_S (12 * 3600)       /* without a request */
#define AUTH_LONGEST_S (30 * 24 * 3600)

#define AUTH_FIRST (-1)               /* whoever held the invitation: may make the first head */
#define AUTH_FILE "sessions"

struct auth;
/* dir and env outlive it. */
int auth_new(const char *dir, const struct env *env, struct auth **ret) MUST_CHECK;
void auth_free(struct auth *a); /* writes the file */

/* A new session of a staff member or AUTH_FIRST; mark: pin_mark's; ret: the cookie. */
void auth_begin(struct auth *a, int64_t staff, const uint8_t mark[PIN_MARK_BYTES],
    int64_t now_s, char ret[AUTH_COOKIE_BYTES]);
/* Whose session it is, and the mark that it was opened with; 0 when there is none. */
int64_t auth_staff(struct auth *a, const char *cookie, int64_t now_s,
    uint8_t ret_mark[PIN_MARK_BYTES]);
/* The person changed the own PIN: this session goes on. */
void auth_remark(struct auth *a, const char *cookie, const uint8_t mark[PIN_MARK_BYTES]);
/* Who signed in with a cookie, since signed out or not, whose place was not needed since: a
 * device of the house, which may offer names.  0: nobody. */
int64_t auth_house(struct auth *a, const char *cookie);
void auth_end(struct auth *a, const char *cookie);
/* All sessions of a person who has left. */
void auth_end_staff(struct auth *a, int64_t staff);

/* ---- guessing ----
 * A try counts as wrong from when it begins until it turns out right.  It counts against each
 * person who is meant, by id, and its caller; where nobody is, against what was typed.  After
 * AUTH_FREE_TRIES each further one waits twice as long, at most AUTH_LONGEST_WAIT_S.  And over
 * all names against the caller: AUTH_FREE_OF_ONE, one of which comes back every
 * AUTH_BACK_S.  So nobody is out for good.  Who has to wait is forgotten last; at a restart
 * all is. */
#define AUTH_FREE_TRIES 5
#define AUTH_LONGEST_WAIT_S 300
#define AUTH_FREE_OF_ONE 200 /* a school behind one router, each mistyping */
#define AUTH_BACK_S 10
#define AUTH_MAX_GUESSERS 256 /* of persons; as many callers */
#define AUTH_RIGHT 0          /* whose, where nobody was found */
#define AUTH_UNTRIED (-1)

#define AUTH_CALLER_BYTES 64
/* On a device of the house the caller is who signed in there, by whatever address and under
 * however many cookies: what others of its network try keeps nobody there from a name. */
void auth_caller(int64_t house, const char *peer, char ret[AUTH_CALLER_BYTES]);

struct auth_try {
	const char *caller;                 /* auth_caller's, or guard_peer's */
	const char *name;                   /* what was typed */
	const struct pin_candidates *found; /* who is meant; NULL or empty: nobody */
};
/* 0: it counts from now on; or the seconds until it may be made, and it does not. */
unsigned auth_try(struct auth *a, const struct auth_try *t);
/* It does not count: it was right, whose: this person's, or it was not made. */
void auth_tried(struct auth *a, const struct auth_try *t, int64_t whose);

#endif
