/* HTTP for the daemon; the only file that knows libmicrohttpd.
 *
 * One thread with epoll reads requests and sends answers.  A request reaches
 * the handler whole, on that thread; the handler answers at once with
 * http_reply, or calls http_later and has any thread call http_reply when the
 * answer is there.  Bodies beyond HTTP_BODY_SMALL_BYTES wait in files, not in
 * memory.  Every answer carries the headers that keep a browser from mixing
 * our pages with others' (content policy, no sniffing, no framing). */
#ifndef NODE_HTTP_H
#define NODE_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "node/http_body.h"
#include "node/http_pace.h"

#define HTTP_MAX_CONNECTIONS 1200
#define HTTP_MAX_CONNECTIONS_A_PEER 50 /* not of this machine: a proxy speaks for many */
#define HTTP_IDLE_TIMEOUT_S 30
#define HTTP_LAST_ANSWERS_S 5     /* http_free waits for who reads slowly */
#define HTTP_MAX_PATH_BYTES 512
#define HTTP_MAX_QUERY 24         /* parameters */
#define HTTP_MAX_HEADERS 4        /* of an answer, beside the fixed ones */
/* Of a body that is too large so much is read before it is refused; more than nginx.conf.sample
 * lets through. */
#define HTTP_DISCARDED_BYTES (66u << 20)

enum http_method { HTTP_GET = 1, HTTP_POST, HTTP_PATCH, HTTP_OTHER };

struct http;
struct http_request;

struct http_handlers {
	/* Called before the body: how many bytes it may have; 0 none.  A larger one is
	 * too_large's, and kept nowhere. */
	size_t (*max_body)(void *ctx, const struct http_request *req);
	void (*handle)(void *ctx, struct http_request *req);
	/* The body is larger than max_body said: answer with http_reply. */
	void (*too_large)(void *ctx, struct http_request *req);
	/* There is no room for the body now: answer with http_reply. */
	void (*busy)(void *ctx, struct http_request *req);
	void *ctx;
};

struct http_options {
	/* "127.0.0.1:8620", "[::]:8620", ":8620" (all addresses), port 0 for any free one. */
	const char *listen;
	const char *folder;     /* for bodies that are large; outlives the server */
	unsigned longest_s;     /* http_pace_new's */
};
/* USAGE when listen cannot be read, IO with errno when it cannot be had. */
int http_new(const struct http_options *options, const struct http_handlers *handlers,
    struct http **ret) MUST_CHECK;
/* The address that is listened at, as text; static storage of the object. */
const char *http_address(const struct http *h);
/* No new connections from here on; those that are open go on. */
void http_quiesce(struct http *h);
/* All requests must have been answered; the answers are sent first. */
void http_free(struct http *h);

/* ---- a request; valid until it is answered ---- */
enum http_method http_method(const struct http_request *req);
const char *http_path(const struct http_request *req); /* decoded, without query */
/* NULL when absent.  On the HTTP thread only. */
const char *http_header(const struct http_request *req, const char *name);
const char *http_cookie(const struct http_request *req, const char *name);
const char *http_query(const struct http_request *req, const char *name);
/* Calls for each query parameter; stops and returns false when visit does, or
 * when there are more than HTTP_MAX_QUERY. */
bool http_each_query(const struct http_request *req,
    bool (*visit)(void *ctx, const char *name, const char *value), void *ctx);
/* The body; not NUL-terminated.  A large one is mapped: read it in pieces where it may be
 * a bundle. */
const uint8_t *http_body(struct http_request *req, size_t *ret_len);
/* Up to len bytes of it at offset; *ret_len 0 at the end. */
int http_body_piece(const struct http_request *req, uint64_t offset, void *out, size_t len,
    size_t *ret_len) MUST_CHECK;
/* Address of the other end without port, as text. */
const char *http_peer(const struct http_request *req);
bool http_peer_is_local(const struct http_request *req); /* loopback */

/* ---- its answer ---- */
struct http_answer {
	unsigned status;
	const char *type;       /* NULL: application/json */
	const void *body;       /* copied, or static when fixed is true */
	size_t len;
	bool fixed;
	bool from_file;         /* len bytes of fd at offset; fd is taken */
	int fd;
	uint64_t offset;
	bool cacheable;         /* otherwise Cache-Control: no-store */
	struct { const char *name, *value; } headers[HTTP_MAX_HEADERS]; /* copied */
};
/* Before the request is given to another thread. */
void http_later(struct http_request *req);
/* Once a request; req is gone afterwards. */
void http_reply(struct http_request *req, const struct http_answer *answer);

#endif
