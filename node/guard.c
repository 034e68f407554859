#include "node/guard.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define HOST_BYTES 256

/* Without port and brackets; false when it is no host at all. */
static bool
bare(const char *host, char ret[HOST_BYTES])
{
	size_t n;

	if (host[0] == '[') {
		n = strcspn(++host, "]");
		if (host[n] != ']' || (host[n + 1] != '\0' && host[n + 1] != ':'))
			return false;
	} else
		n = strcspn(host, ":");
	if (n == 0 || n >= HOST_BYTES)
		return false;
	memcpy(ret, host, n);
	ret[n] = '\0';
	return true;
}

bool
guard_host(const char *host, const char *const *names, size_t nnames)
{
	static const char *const own[] = { "localhost", "kehou", "kehou.local" };
	unsigned char address[16];
	char name[HOST_BYTES];

	if (host == NULL || !bare(host, name))
		return false;
	if (inet_pton(AF_INET, name, address) == 1 || inet_pton(AF_INET6, name, address) == 1)
		return true;
	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		if (strcasecmp(name, own[i]) == 0)
			return true;
	for (size_t i = 0; i < nnames; i++)
		if (strcasecmp(name, names[i]) == 0)
			return true;
	return false;
}

bool
guard_origin(const char *origin, const char *site, const char *host)
{
	if (site != NULL && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0)
		return false;
	if (origin == NULL)
		return true;
	if (strncmp(origin, "http://", 7) == 0)
		origin += 7;
	else if (strncmp(origin, "https://", 8) == 0)
		origin += 8;
	else
		return false;
	return host != NULL && strcasecmp(origin, host) == 0;
}

void
guard_peer(const char *peer, bool local, const char *forwarded, char ret[GUARD_PEER_BYTES])
{
	struct in6_addr a;

	if (local && forwarded != NULL) {
		peer = strrchr(forwarded, ',');
		peer = peer != NULL ? peer + 1 : forwarded;
		peer += strspn(peer, " ");
	}
	(void)snprintf(ret, GUARD_PEER_BYTES, "%s", peer);
	if (inet_pton(AF_INET6, ret, &a) == 1) {
		if (IN6_IS_ADDR_V4MAPPED(&a)) {
			(void)inet_ntop(AF_INET, &a.s6_addr[12], ret, GUARD_PEER_BYTES);
		} else {
			/* The machine itself is no network. */
			if (!IN6_IS_ADDR_LOOPBACK(&a))
				memset(&a.s6_addr[8], 0, 8);
			(void)inet_ntop(AF_INET6, &a, ret, GUARD_PEER_BYTES);
		}
	}
}
