#include "node/outing_message.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "node/outing.h"

bool
outing_say(int socket, json_t *message)
{
	char *text = message != NULL ? json_dumps(message, JSON_COMPACT) : NULL;
	size_t len = text != NULL ? strlen(text) : 0;
	bool said = text != NULL && len <= OUTING_MAX_MESSAGE_BYTES &&
	    send(socket, text, len, MSG_NOSIGNAL) == (ssize_t)len;

	json_decref(message);
	free(text);
	return said;
}

json_t *
outing_hear(int socket, int wait_ms, bool *ret_late)
{
	struct pollfd p = { .fd = socket, .events = POLLIN };
	char text[OUTING_MAX_MESSAGE_BYTES];
	ssize_t n;
	int rc = poll(&p, 1, wait_ms);

	*ret_late = rc == 0 || (rc < 0 && errno == EINTR);
	if (rc <= 0)
		return NULL;
	n = recv(socket, text, sizeof text, 0);
	return n > 0 ? json_loadb(text, (size_t)n, JSON_REJECT_DUPLICATES, NULL) : NULL;
}

const char *
outing_text(const json_t *message, const char *key)
{
	return json_string_value(json_object_get(message, key));
}

uint64_t
outing_number(const json_t *message, const char *key)
{
	json_int_t n = json_integer_value(json_object_get(message, key));

	return n > 0 ? (uint64_t)n : 0;
}

const struct confine_path outing_paths[OUTING_PATHS] = {
	{ "/usr", CONFINE_RUN }, { "/lib", CONFINE_RUN }, { "/lib64", CONFINE_RUN },
	{ "/bin", CONFINE_RUN }, { "/sbin", CONFINE_RUN }, { "/etc", CONFINE_READ },
	{ "/run/systemd/resolve", CONFINE_READ }, { "/run/resolvconf", CONFINE_READ },
	{ "/run/NetworkManager", CONFINE_READ }, { "/run/nscd", CONFINE_READ },
	{ "/dev/urandom", CONFINE_READ }, { "/dev/null", CONFINE_READ },
};
