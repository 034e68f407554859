/* kehoud: the daemon's main.  Options, threads, signals. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>
#include <sodium.h>

#include "node/api.h"
#include "node/control.h"
#include "node/fence.h"
#include "node/log.h"
#include "node/memory.h"
#include "node/settings.h"

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "0"
#endif

#define DESCRIPTORS (HTTP_MAX_CONNECTIONS + 848u)

enum exit_code { EXIT_WELL = 0, EXIT_FAILED = 1, EXIT_BAD_USAGE = 2 };

struct options {
	const char *dir, *config, *listen, *web, *hub, *ca;
	const char *hosts[GUARD_MAX_NAMES];
	size_t nhosts;
	const char *sticks[STICK_MAX_ROOTS];
	size_t nsticks;
	bool folders;            /* sticks were given: folders in them count too */
	int mounts;              /* stick_mounts_open's */
};

static const char synopsis[] =
    "usage: kehoud -D DIR [--config FILE] [--listen ADDRESS:PORT] [--host NAME]...\n"
    "              [--web FOLDER] [--hub URL [--ca FILE]] [--sticks FOLDER]...\n";

static int
usage(void)
{
	fputs(synopsis, stderr);
	return EXIT_BAD_USAGE;
}

/* 0, or EXIT_BAD_USAGE; *ret_done when all is said. */
static int
read_options(int argc, char **argv, struct options *o, bool *ret_done)
{
	for (int i = 1; i < argc; i++) {
		const char **value = NULL;

		if (strcmp(argv[i], "--version") == 0 || strcmp(argv[i], "--help") == 0) {
			fputs(argv[i][2] == 'v' ? "kehoud " PACKAGE_VERSION "\n" : synopsis,
			    stdout);
			*ret_done = true;
			return 0;
		}
		if (strcmp(argv[i], "-D") == 0)
			value = &o->dir;
		else if (strcmp(argv[i], "--config") == 0)
			value = &o->config;
		else if (strcmp(argv[i], "--listen") == 0)
			value = &o->listen;
		else if (strcmp(argv[i], "--web") == 0)
			value = &o->web;
		else if (strcmp(argv[i], "--hub") == 0)
			value = &o->hub;
		else if (strcmp(argv[i], "--ca") == 0)
			value = &o->ca;
		else if (strcmp(argv[i], "--host") == 0 && o->nhosts < GUARD_MAX_NAMES)
			value = &o->hosts[o->nhosts++];
		else if (strcmp(argv[i], "--sticks") == 0 && o->nsticks < STICK_MAX_ROOTS)
			value = &o->sticks[o->nsticks++];
		if (value == NULL || i + 1 >= argc)
			return usage();
		*value = argv[++i];
	}
	return o->dir != NULL ? 0 : usage();
}

/* The file, and over it the command line. */
static int
read_both(const struct options *o, FILE *errors, struct settings *ret)
{
	static const char *const names[] = { "listen", "url", "ca" };
	const char *const values[] = { o->listen, o->hub, o->ca };
	size_t len = strlen(o->dir) + sizeof("/" SETTINGS_NAME);
	char *own = malloc(len);
	int status;

	if (own == NULL)
		return STATUS_NOMEM;
	(void)snprintf(own, len, "%s/%s", o->dir, SETTINGS_NAME);
	settings_default(ret);
	status = settings_read(o->config != NULL ? o->config : own, o->config != NULL,
	    errors, ret);
	free(own);
	for (size_t i = 0; status == STATUS_OK && i < 3; i++)
		if (values[i] != NULL)
			status = settings_set(ret, i == 0 ? "http" : "hub", names[i],
			    values[i], errors);
	if (o->nhosts > 0)
		ret->nhosts = 0;
	for (size_t i = 0; status == STATUS_OK && i < o->nhosts; i++)
		status = settings_set(ret, "http", "host", o->hosts[i], errors);
	return status;
}

/* What is wrong in them is a line of the log like any other, with its priority. */
static int
read_settings(const struct options *o, struct settings *ret)
{
	char *words = NULL;
	size_t len = 0;
	FILE *errors = open_memstream(&words, &len);
	int status = errors == NULL ? STATUS_NOMEM : read_both(o, errors, ret);

	if (errors != NULL && fclose(errors) == 0 && len > 0)
		log_line(LOG_LEVEL_ERROR, "%.*s", (int)strcspn(words, "\n"), words);
	free(words);
	return status;
}

/* Held until the process ends: a second daemon on the folder would take the control socket
 * and the pieces of files away from the first. */
static int
take_folder(const char *dir)
{
	int fd = mkdir(dir, 0700) != 0 && errno != EEXIST ? -1 :
	    open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || access(dir, R_OK | W_OK | X_OK) != 0) {
		log_line(LOG_LEVEL_ERROR, "%s: %s; nothing was started", dir, strerror(errno));
		return STATUS_READONLY;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		log_line(LOG_LEVEL_ERROR, "%s: another kehoud serves it already; nothing was started",
		    dir);
		return STATUS_LOCKED;
	}
	return STATUS_OK;
}

/* After SIGHUP; what is wrong leaves everything as it was. */
static void
reload(const struct options *o, const struct settings *started, const struct api *api)
{
	struct link *l = api->link;
	struct settings now;

	if (read_settings(o, &now) != STATUS_OK)
		return;
	log_set_level(now.level);
	if (l != NULL)
		link_set_plan(l, &now.plan);
	log_line(LOG_LEVEL_NOTICE, "settings read again: %s", settings_same_start(started, &now) ?
	    "all are in force" :
	    "log level and plan are in force; [http] and url, ca, proxy, stall, [stick] need a restart");
}

static void
wait_for_end(const sigset_t *signals, const struct options *o, const struct settings *s,
    const struct api *api)
{
	int got;

	while (sigwait(signals, &got) == 0) {
		if (got != SIGHUP) {
			log_line(LOG_LEVEL_NOTICE, "signal %d: stopping", got);
			return;
		}
		reload(o, s, api);
	}
}

/* The network's side: what comes in pieces, and at a school the calls to its hub. */
static int
begin_network(const struct options *o, const struct settings *s, struct api *api, char **ret_root)
{
	const char *ca = s->ca[0] == '\0' ? NULL : s->ca;
	const char *proxy = s->proxy[0] == '\0' ? NULL : s->proxy;
	size_t len = strlen(o->dir) + sizeof("/spool");
	char *root = malloc(len);
	struct link *link = NULL;
	int status;

	if (root == NULL)
		return STATUS_NOMEM;
	(void)snprintf(root, len, "%s/spool", o->dir);
	*ret_root = root;
	status = spool_new(root, &api->spool);
	if (status == STATUS_OK)
		status = enroller_new(ca, proxy, &api->enroller);
	if (status != STATUS_OK)
		return status;
	spool_sweep(api->spool, api->env->now_s(api->env->ctx));
	api_sync_begin(api);
	(void)snprintf(api->hub, sizeof api->hub, "%s", s->url);
	if (api->hub[0] == '\0' && enrol_hub(api->env, o->dir, api->hub) != STATUS_OK)
		log_line(LOG_LEVEL_WARNING, "%s/" ENROL_HUB_NAME " cannot be read", o->dir);
	api->line = (struct link_options){ .courier = { .url = api->hub, .ca_file = ca,
		.proxy = proxy, .stall_s = s->stall_s }, .plan = s->plan, .engine = api->engine, .env = api->env,
		.spool = api->spool, .root = root, .dir = o->dir };
	if (api->hub[0] != '\0') {
		status = link_new(&api->line, &link);
		api->link = link;
	}
	return status;
}

/* kehou entered an incident. */
static void
on_urgent(void *ctx)
{
	struct api *api = ctx;
	struct link *l = api->link;

	if (l != NULL)
		link_urgent(l);
}

/* Before the first thread and the first stranger's byte. */
static void
shut_off(struct options *o, const struct settings *s)
{
	o->folders = o->nsticks > 0;
	for (size_t i = 0; !o->folders && i < STICK_ROOTS; i++)
		o->sticks[o->nsticks++] = stick_roots[i];
	o->mounts = stick_mounts_open();
	/* The database and the writer of spreadsheets would go to /tmp, which is shut. */
	(void)setenv("TMPDIR", o->dir, 1);
	fence_close(&(struct fence){ .dir = o->dir, .sticks = o->sticks,
	    .nsticks = o->nsticks, .config = o->config, .web = o->web,
	    .ca = s->ca[0] == '\0' ? NULL : s->ca });
}

static int
begin_http(const struct settings *s, const char *root, const struct http_handlers *handlers,
    struct http **ret)
{
	const struct http_options options = { .listen = s->listen, .folder = root,
	    .longest_s = s->longest_s };
	int status = http_new(&options, handlers, ret), error = errno;

	if (status == STATUS_USAGE)
		log_line(LOG_LEVEL_ERROR, "cannot listen on %s: no such address", s->listen);
	else if (status != STATUS_OK)
		log_line(LOG_LEVEL_ERROR, "cannot listen on %s: %s", s->listen,
		    error == EADDRINUSE ? "another program has this port" : strerror(error));
	return status;
}

static int
serve(const struct options *o, const struct settings *s, struct bell *bell,
    const sigset_t *signals)
{
	const char *hosts[GUARD_MAX_NAMES];
	struct api api = { .env = &env_posix, .dir = o->dir, .web = o->web,
		.version = PACKAGE_VERSION, .hosts = hosts, .nhosts = s->nhosts };
	struct http_handlers handlers = { .max_body = api_max_body, .handle = api_handle,
		.too_large = api_too_large, .busy = api_busy, .ctx = &api };
	struct control *control = NULL;
	struct http *http = NULL;
	char *root = NULL;
	int status = auth_new(o->dir, api.env, &api.auth);

	for (size_t i = 0; i < s->nhosts; i++)
		hosts[i] = s->hosts[i];
	if (status == STATUS_OK)
		status = worker_new(WORKER_FEW, &api.pins);
	if (status == STATUS_OK)
		status = worker_new(WORKER_FEW, &api.backups);
	if (status == STATUS_OK)
		status = worker_new(ENGINE_MAX_JOBS, &api.pieces);
	if (status == STATUS_OK)
		status = engine_new(o->dir, api.env, &api.engine);
	if (status == STATUS_OK && control_new(o->dir, api.engine, on_urgent, &api,
	    &control) != STATUS_OK)
		log_line(LOG_LEVEL_WARNING, "%s: kehou cannot borrow it", o->dir);
	if (status == STATUS_OK)
		status = begin_network(o, s, &api, &root);
	/* Folders below --sticks stand for sticks: a share, or a test. */
	if (status == STATUS_OK)
		status = stick_new(&(struct stick_options){ .mounts = o->mounts,
		    .roots = o->sticks, .nroots = o->nsticks, .folders = o->folders, .bell = bell,
		    .engine = api.engine, .env = api.env, .dir = o->dir }, &api.sticks);
	if (status != STATUS_OK)
		log_line(LOG_LEVEL_ERROR, "%s: %s", o->dir, status_text(status));
	else
		status = begin_http(s, root, &handlers, &http);
	if (status == STATUS_OK) {
		log_line(LOG_LEVEL_NOTICE, "listening on http://%s", http_address(http));
		memory_rest();
		wait_for_end(signals, o, s, &api);
		http_quiesce(http);
	}
	stick_stop(api.sticks);
	/* The engine answers all that waits before the answers' way is closed, and what
	 * its jobs ask is there until they have run. */
	control_free(control);
	link_stop(api.link);
	worker_stop(api.pieces);
	worker_stop(api.backups);
	worker_stop(api.pins);
	enroller_stop(api.enroller);
	engine_stop(api.engine);
	api_roster_forget(&api, INT64_MAX);
	link_free(api.link);
	http_free(http);
	engine_free(api.engine);
	worker_free(api.pieces);
	worker_free(api.backups);
	worker_free(api.pins);
	enroller_free(api.enroller);
	stick_free(api.sticks);
	spool_free(api.spool);
	free(root);
	auth_free(api.auth);
	return status == STATUS_OK ? EXIT_WELL : EXIT_FAILED;
}

/* Connections, and some for the rest; a shell's 1,024 would be too few at a hub. */
static void
allow_descriptors(void)
{
	struct rlimit l;

	if (getrlimit(RLIMIT_NOFILE, &l) != 0)
		return;
	l.rlim_cur = l.rlim_max < DESCRIPTORS ? l.rlim_max : DESCRIPTORS;
	(void)setrlimit(RLIMIT_NOFILE, &l);
}

/* Memory holds names and keys: a crash leaves none of it in a file. */
static void
leave_no_core(void)
{
	const struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
}

int
main(int argc, char **argv)
{
	struct options o = { .dir = NULL };
	static struct settings settings;
	struct bell *bell = NULL;
	sigset_t signals;
	bool done = false;
	int rc = read_options(argc, argv, &o, &done);

	if (rc != 0 || done)
		return rc;
	if (read_settings(&o, &settings) != STATUS_OK)
		return EXIT_BAD_USAGE;
	log_set_level(settings.level);
	/* One arena: a second one for each thread would only hold memory. */
	mallopt(M_ARENA_MAX, 1);
	/* What is large goes back to the system; a threshold of one's own stays where it is. */
	mallopt(M_MMAP_THRESHOLD, 128 * 1024);
	allow_descriptors();
	leave_no_core();
	umask(077);
	if (take_folder(o.dir) != STATUS_OK || sodium_init() < 0)
		return EXIT_FAILED;
	json_object_seed(0);
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	sigdelset(&signals, SIGPIPE);
	if (settings.bell[0] != '\0' && bell_new(settings.bell, &bell) != STATUS_OK)
		return EXIT_FAILED;
	shut_off(&o, &settings);
	rc = serve(&o, &settings, bell, &signals);
	bell_free(bell);
	return rc;
}
