/* Who is connected, and an end for who takes too long: the library closes one that is silent
 * for HTTP_IDLE_TIMEOUT_S, but a byte now and then would hold it for ever.  Nothing of all
 * this happens, and no thread wakes, until more than HTTP_CROWD are there; then whoever has
 * taken HTTP_LONGEST_S and a second for each HTTP_LEAST_BYTES_S is closed.  On lines of 2G a
 * piece of a bundle takes seconds, a class list minutes; 64 KiB need 180 bytes a second. */
#ifndef NODE_HTTP_PACE_H
#define NODE_HTTP_PACE_H

#include <stdint.h>

#include "sync/status.h"

#define HTTP_CROWD 256         /* connections */
#define HTTP_LONGEST_S 300     /* for a head and its body, and again for the answer */
#define HTTP_LEAST_BYTES_S 1024

struct http_pace;              /* of one server */
struct http_caller;            /* one connection */

/* longest_s: 0 for HTTP_LONGEST_S.  Starts a thread. */
int http_pace_new(unsigned longest_s, struct http_pace **ret) MUST_CHECK;
/* Closes nobody any more; all have left before it is freed. */
void http_pace_free(struct http_pace *p);
/* fd stays open until http_pace_left.  NULL without memory: that one is never closed here,
 * and may be given to all calls below. */
struct http_caller *http_pace_came(struct http_pace *p, int fd);
void http_pace_left(struct http_pace *p, struct http_caller *c);
/* What was asked is whole: the caller waits for us, not we for him. */
void http_pace_waits(struct http_pace *p, struct http_caller *c);
/* It is his turn from now on: the next request, or an answer of so many bytes to take. */
void http_pace_turn(struct http_pace *p, struct http_caller *c, uint64_t bytes);
/* So many bytes of a body came. */
void http_pace_brought(struct http_pace *p, struct http_caller *c, uint64_t bytes);

#endif
