/* The pages that the daemon serves, compiled in by tools/embed.py.
 *
 * `/` is index.html; everything else has a name that carries the hash of its content
 * and never changes under that name. Built --without-web there is one page, which
 * says so. All storage is static. */
#ifndef NODE_WEB_FILES_H
#define NODE_WEB_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct web_file {
	const char *path;      /* as in the request: "/", "/web/app.0123456789AB.js" */
	const char *type;      /* Content-Type */
	const char *etag;      /* quoted, as in the header */
	const uint8_t *gzip;   /* body, for Content-Encoding: gzip */
	size_t gzip_bytes;
	size_t plain_bytes;    /* after inflating: for the few who do not take gzip */
	bool immutable;        /* named by its content: may be cached for ever; otherwise
	                        * Cache-Control: no-cache, so that a page of yesterday asks */
};

extern const struct web_file web_files[];
extern const size_t web_files_count;

#endif
