/* Is this request meant for us, and did one of our own pages make it?
 *
 * A foreign site may point its own name at our address (DNS rebinding) or post
 * a form at it; a browser tells both apart by Host and Origin.  An address in
 * figures cannot be rebound, so those are always ours. */
#ifndef NODE_GUARD_H
#define NODE_GUARD_H

#include <stdbool.h>
#include <stddef.h>

#define GUARD_MAX_NAMES 8

/* host: the header, with or without port, NULL when absent.  names: further
 * names of this machine, beside localhost, kehou and kehou.local. */
bool guard_host(const char *host, const char *const *names, size_t nnames);
/* origin, site: headers Origin and Sec-Fetch-Site of a request that changes
 * something; NULL when absent (not a browser, or an old one). */
bool guard_origin(const char *origin, const char *site, const char *host);

#endif
