#include "node/settings.h"

#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>

struct reading {
	struct settings *to;
	unsigned seen;             /* bit of each key that was read */
	char error[400];           /* the first one's words */
};

static bool
copy_text(const char *value, char ret[SETTINGS_MAX_VALUE_BYTES])
{
	size_t len = strlen(value);

	if (len == 0 || len >= SETTINGS_MAX_VALUE_BYTES)
		return false;
	memcpy(ret, value, len + 1);
	return true;
}

static bool
read_number(const char *value, uint64_t max, uint64_t *ret)
{
	char *end;

	if (value[0] < '0' || value[0] > '9')
		return false;
	errno = 0;
	*ret = strtoull(value, &end, 10);
	return errno == 0 && *end == '\0' && *ret <= max;
}

static bool
read_time(const char *value, int *ret_min)
{
	size_t len = strlen(value);

	if (len != 5 || value[2] != ':' || strspn(value, "0123456789:") != len ||
	    value[0] == ':' || value[1] == ':' || value[3] == ':' || value[4] == ':')
		return false;
	*ret_min = ((value[0] - '0') * 10 + value[1] - '0') * 60 +
	    (value[3] - '0') * 10 + value[4] - '0';
	return *ret_min <= 24 * 60 && value[3] < '6';
}

static bool
set_listen(struct settings *s, const char *value)
{
	const char *colon = strrchr(value, ':');
	uint64_t port;

	return colon != NULL && read_number(colon + 1, 65535, &port) &&
	    copy_text(value, s->listen);
}

static bool
set_host(struct settings *s, const char *value)
{
	return s->nhosts < GUARD_MAX_NAMES && strpbrk(value, " \t,/:") == NULL &&
	    copy_text(value, s->hosts[s->nhosts++]);
}

static bool
set_seconds(const char *value, unsigned *ret)
{
	uint64_t n;

	if (!read_number(value, 3600, &n) || n == 0)
		return false;
	*ret = (unsigned)n;
	return true;
}

static bool
set_longest(struct settings *s, const char *value)
{
	return set_seconds(value, &s->longest_s);
}

static bool
set_url(struct settings *s, const char *value)
{
	size_t len = strlen(value);

	return (strncmp(value, "https://", 8) == 0 || strncmp(value, "http://", 7) == 0) &&
	    value[len - 1] != '/' && copy_text(value, s->url);
}

static bool
set_ca(struct settings *s, const char *value)
{
	return copy_text(value, s->ca);
}

static bool
set_proxy(struct settings *s, const char *value)
{
	return copy_text(value, s->proxy);
}

static bool
set_stall(struct settings *s, const char *value)
{
	return set_seconds(value, &s->stall_s);
}

static bool
set_command(struct settings *s, const char *value)
{
	return value[0] == '/' && copy_text(value, s->bell);
}

static bool
set_interval(struct settings *s, const char *value)
{
	uint64_t n;

	if (!read_number(value, SETTINGS_MAX_MINUTES, &n) || n == 0)
		return false;
	s->plan.interval_s = (unsigned)n * 60;
	s->plan.given |= LINK_GIVEN_INTERVAL;
	return true;
}

/* "22:00-06:30". */
static bool
set_window(struct settings *s, const char *value)
{
	char from[6] = "";

	if (strlen(value) != 11 || value[5] != '-')
		return false;
	memcpy(from, value, 5);
	s->plan.given |= LINK_GIVEN_WINDOW;
	return read_time(from, &s->plan.from_min) && read_time(value + 6, &s->plan.to_min);
}

static bool
set_day_bytes(struct settings *s, const char *value)
{
	s->plan.given |= LINK_GIVEN_BYTES;
	return read_number(value, UINT64_C(1) << 40, &s->plan.day_bytes);
}

static bool
set_network(struct settings *s, const char *value)
{
	s->plan.network = strcmp(value, "yes") == 0;
	s->plan.given |= LINK_GIVEN_NETWORK;
	return s->plan.network || strcmp(value, "no") == 0;
}

static bool
set_level(struct settings *s, const char *value)
{
	static const char *const names[] = { "error", "warning", "notice", "info", "debug" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(value, names[i]) == 0) {
			s->level = (enum log_level)((int)LOG_LEVEL_ERROR + (int)i);
			return true;
		}
	return false;
}

static const struct key {
	const char *section, *name;
	bool (*set)(struct settings *s, const char *value);
	const char *wanted;
} keys[] = {
	{ "http", "host", set_host, "a name of this machine without port, eight lines at most" },
	{ "http", "listen", set_listen, "ADDRESS:PORT" },
	{ "http", "longest", set_longest, "seconds, 1 to 3600" },
	{ "hub", "url", set_url, "https://HOST or http://HOST without / at the end" },
	{ "hub", "ca", set_ca, "the path of a file" },
	{ "hub", "proxy", set_proxy, "the address of a proxy" },
	{ "hub", "stall", set_stall, "seconds, 1 to 3600" },
	{ "hub", "interval", set_interval, "minutes, 1 to 10080" },
	{ "hub", "window", set_window, "HH:MM-HH:MM" },
	{ "hub", "day_bytes", set_day_bytes, "bytes a day, 0 for no limit" },
	{ "hub", "network", set_network, "yes or no" },
	{ "stick", "command", set_command, "the path of a program, beginning with /" },
	{ "log", "level", set_level, "error, warning, notice, info or debug" },
};
#define KEYS (sizeof(keys) / sizeof(keys[0]))
#define KEY_HOST 0 /* the one that may come again */

static size_t
find_key(const char *section, const char *name)
{
	size_t i = 0;

	while (i < KEYS && (strcmp(keys[i].section, section) != 0 ||
	    strcmp(keys[i].name, name) != 0))
		i++;
	return i;
}

static int
on_value(void *ctx, const char *section, const char *name, const char *value)
{
	struct reading *r = ctx;
	size_t i = find_key(section, name);

	if (r->error[0] != '\0')
		return 1;
	if (i == KEYS)
		(void)snprintf(r->error, sizeof(r->error), "unknown key %.60s in [%.50s]",
		    name, section);
	else if (i != KEY_HOST && (r->seen & 1u << i) != 0)
		(void)snprintf(r->error, sizeof(r->error), "%s is given twice", name);
	else if (!keys[i].set(r->to, value))
		(void)snprintf(r->error, sizeof(r->error), "%s = %.100s: expected %s", name,
		    value, keys[i].wanted);
	if (i < KEYS)
		r->seen |= 1u << i;
	return r->error[0] == '\0';
}

void
settings_default(struct settings *ret)
{
	memset(ret, 0, sizeof(*ret));
	memcpy(ret->listen, SETTINGS_LISTEN, sizeof(SETTINGS_LISTEN));
	ret->plan.network = true;
	ret->plan.interval_s = LINK_INTERVAL_S;
	ret->level = LOG_LEVEL_INFO;
}

int
settings_read(const char *file, bool must_be, FILE *errors, struct settings *ret)
{
	struct reading r = { .to = ret };
	FILE *f = fopen(file, "re");
	int line, status = STATUS_OK;

	if (f == NULL && errno == ENOENT && !must_be)
		return STATUS_OK;
	if (f == NULL) {
		(void)fprintf(errors, "%s: %s; nothing was started or changed\n",
		    file, strerror(errno));
		return STATUS_USAGE;
	}
	line = ini_parse_file(f, on_value, &r);
	if (line != 0) {
		(void)fprintf(errors, "%s:%d: %s; nothing was started or changed\n",
		    file, line > 0 ? line : 1, r.error[0] != '\0' ? r.error :
		    "expected [section] or key = value");
		status = STATUS_USAGE;
	}
	(void)fclose(f);
	return status;
}

int
settings_set(struct settings *s, const char *section, const char *name, const char *value,
    FILE *errors)
{
	size_t i = find_key(section, name);

	if (i < KEYS && keys[i].set(s, value))
		return STATUS_OK;
	(void)fprintf(errors, "%s %s: expected %s; nothing was started or changed\n",
	    name, value, i < KEYS ? keys[i].wanted : "another name");
	return STATUS_USAGE;
}

bool
settings_same_start(const struct settings *a, const struct settings *b)
{
	if (a->nhosts != b->nhosts || strcmp(a->listen, b->listen) != 0 ||
	    strcmp(a->url, b->url) != 0 || strcmp(a->ca, b->ca) != 0 ||
	    strcmp(a->proxy, b->proxy) != 0 || a->stall_s != b->stall_s ||
	    a->longest_s != b->longest_s ||
	    strcmp(a->bell, b->bell) != 0)
		return false;
	for (size_t i = 0; i < a->nhosts; i++)
		if (strcmp(a->hosts[i], b->hosts[i]) != 0)
			return false;
	return true;
}
