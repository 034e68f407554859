/* Who is signed in on which browser: sessions in memory, known by the hash of
 * their cookie.  Any thread. */
#ifndef NODE_AUTH_H
#define NODE_AUTH_H

#include <stdbool.h>
#include <stdint.h>

#include "sync/status.h"

#define AUTH_MAX_SESSIONS 256         /* the least used one gives way */
#define AUTH_COOKIE_BYTES 44          /* 32 random bytes in base64, and NUL */
#define AUTH_IDLE_S (12 * 3600)       /* without a request */
#define AUTH_LONGEST_S (30 * 24 * 3600)

struct auth;
int auth_new(struct auth **ret) MUST_CHECK;
void auth_free(struct auth *a);

/* A new session of a staff member; ret: the cookie's value. */
void auth_begin(struct auth *a, int64_t staff, int64_t now_s,
    char ret[AUTH_COOKIE_BYTES]);
/* Whose session it is; 0 when there is none. */
int64_t auth_staff(struct auth *a, const char *cookie, int64_t now_s);
/* Whether it is a cookie that auth_begin gave, signed out or not, whose place was not
 * needed since: a device of the house, which may offer names. */
bool auth_known(struct auth *a, const char *cookie);
void auth_end(struct auth *a, const char *cookie);
/* All sessions of a person: left, or another PIN. */
void auth_end_staff(struct auth *a, int64_t staff);

/* ---- guessing ----
 * Wrong PINs are counted by (name as given, address of the phone): whoever
 * guesses at one phone keeps nobody from another.  After AUTH_FREE_TRIES each
 * further one waits twice as long, at most AUTH_LONGEST_WAIT_S, so nobody is
 * out for good; at the machine itself `kehou do staff.pin` sets a new PIN. */
#define AUTH_FREE_TRIES 5
#define AUTH_LONGEST_WAIT_S 300
#define AUTH_MAX_GUESSERS 256
/* Seconds until this one may try; 0 now. */
unsigned auth_wait_s(struct auth *a, const char *name, const char *peer);
void auth_tried(struct auth *a, const char *name, const char *peer, bool right);

#endif
