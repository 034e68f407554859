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

#define GUARD_PEER_BYTES 46 /* INET6_ADDRSTRLEN */
/* Whose request it is.  peer: the other end's address, local: of this machine; forwarded: the
 * header X-Forwarded-For, NULL when absent, whose last entry is believed where a proxy on this
 * machine wrote it.  ret: what one caller has at least, the address or an IPv6 /64. */
void guard_peer(const char *peer, bool local, const char *forwarded,
    char ret[GUARD_PEER_BYTES]);

#endif
