/* A request's body as it comes: in memory while it is small, else in a file without a name,
 * so that memory stays bounded whatever is sent and by how many.  The HTTP thread fills it;
 * whoever answers the request reads it. */
#ifndef NODE_HTTP_BODY_H
#define NODE_HTTP_BODY_H

#include "sync/buffer.h"

#define HTTP_BODY_SMALL_BYTES (64u * 1024)           /* one that is kept in memory */
#define HTTP_BODY_HELD_BYTES (4u * 1024 * 1024)      /* all of them in memory */
#define HTTP_BODY_FILED_BYTES (UINT64_C(512) << 20)  /* all of them in files */

struct http_bodies {         /* of one server; zeroed but for folder */
	const char *folder;  /* where the files are, without a name of their own */
	size_t held;
	uint64_t filed;
};
struct http_body {           /* zeroed */
	struct buffer small;
	uint64_t len;
	int file;            /* when filed */
	bool filed;
	void *map;           /* http_body_map's */
};
/* BUSY: too much is in flight; FULL, IO: the folder takes no more.  NOMEM. */
int http_body_put(struct http_bodies *all, struct http_body *b, const void *data, size_t len)
    MUST_CHECK;
/* All of it; a large one is mapped.  NULL when empty or it cannot be. */
const uint8_t *http_body_map(struct http_body *b);
/* Up to len bytes at offset; fewer only at the end. */
int http_body_at(const struct http_body *b, uint64_t offset, void *out, size_t len,
    size_t *ret_len) MUST_CHECK;
void http_body_release(struct http_bodies *all, struct http_body *b);

#endif
