/* kehoud: the daemon's main.  Options, threads, signals. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <jansson.h>
#include <sodium.h>

#include "node/api.h"
#include "node/control.h"
#include "node/guard.h"
#include "node/log.h"

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "0"
#endif

enum exit_code { EXIT_WELL = 0, EXIT_FAILED = 1, EXIT_BAD_USAGE = 2 };

struct options {
	const char *dir, *listen, *web, *hub, *ca;
	const char *hosts[GUARD_MAX_NAMES];
	size_t nhosts;
};

static int
usage(void)
{
	fputs("usage: kehoud -D DIR [--listen ADDRESS:PORT] [--host NAME]... [--web FOLDER]\n"
	    "              [--hub URL [--ca FILE]]\n", stderr);
	return EXIT_BAD_USAGE;
}

/* 0, or EXIT_BAD_USAGE; *ret_done when all is said. */
static int
read_options(int argc, char **argv, struct options *o, bool *ret_done)
{
	for (int i = 1; i < argc; i++) {
		const char **value = NULL;

		if (strcmp(argv[i], "--version") == 0 || strcmp(argv[i], "--help") == 0) {
			puts(argv[i][2] == 'v' ? "kehoud " PACKAGE_VERSION
			    : "usage: kehoud -D DIR [--listen ADDRESS:PORT] [--host NAME]... [--web FOLDER]"
			    " [--hub URL [--ca FILE]]");
			*ret_done = true;
			return 0;
		}
		if (strcmp(argv[i], "-D") == 0)
			value = &o->dir;
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
		if (value == NULL || i + 1 >= argc)
			return usage();
		*value = argv[++i];
	}
	return o->dir != NULL ? 0 : usage();
}

/* The network's side: what comes in pieces, and at a school the calls to its hub. */
static int
begin_network(const struct options *o, struct api *api, char **ret_root)
{
	struct link_options link = { .courier = { .url = o->hub, .ca_file = o->ca },
		.plan = { .network = true, .interval_s = LINK_INTERVAL_S },
		.engine = api->engine, .env = api->env };
	size_t len = strlen(o->dir) + sizeof("/spool");
	char *root = malloc(len);
	int status;

	if (root == NULL)
		return STATUS_NOMEM;
	(void)snprintf(root, len, "%s/spool", o->dir);
	*ret_root = root;
	(void)mkdir(o->dir, 0700); /* before a first set-up it may not be there */
	status = spool_new(root, &api->spool);
	if (status != STATUS_OK)
		return status;
	spool_sweep(api->spool, api->env->now_s(api->env->ctx));
	api_sync_begin(api);
	link.spool = api->spool;
	link.root = root;
	link.dir = o->dir;
	return o->hub == NULL ? STATUS_OK : link_new(&link, &api->link);
}

static int
serve(const struct options *o, const sigset_t *signals)
{
	struct api api = { .env = &env_posix, .dir = o->dir, .web = o->web,
		.version = PACKAGE_VERSION, .hosts = o->hosts, .nhosts = o->nhosts };
	struct http_handlers handlers = { .max_body = api_max_body, .handle = api_handle,
		.too_large = api_too_large, .ctx = &api };
	struct control *control = NULL;
	struct http *http = NULL;
	char *root = NULL;
	int status = auth_new(&api.auth), got;

	if (status == STATUS_OK)
		status = engine_new(o->dir, api.env, &api.engine);
	if (status == STATUS_OK && control_new(o->dir, api.engine, &control) != STATUS_OK)
		log_line(LOG_LEVEL_WARNING, "%s: kehou cannot borrow it", o->dir);
	if (status == STATUS_OK)
		status = begin_network(o, &api, &root);
	if (status == STATUS_OK)
		status = http_new(o->listen, &handlers, &http);
	if (status == STATUS_OK) {
		log_line(LOG_LEVEL_NOTICE, "listening on http://%s", http_address(http));
		if (sigwait(signals, &got) == 0)
			log_line(LOG_LEVEL_NOTICE, "signal %d: stopping", got);
		http_quiesce(http);
	} else
		log_line(LOG_LEVEL_ERROR, "%s: %s", o->listen, status_text(status));
	link_free(api.link);
	/* The engine answers all that waits before the answers' way is closed. */
	control_free(control);
	engine_stop(api.engine);
	http_free(http);
	engine_free(api.engine);
	spool_free(api.spool);
	free(root);
	auth_free(api.auth);
	return status == STATUS_OK ? EXIT_WELL : EXIT_FAILED;
}

int
main(int argc, char **argv)
{
	struct options o = { .listen = ":8620" };
	sigset_t signals;
	bool done = false;
	int rc = read_options(argc, argv, &o, &done);

	if (rc != 0 || done)
		return rc;
	/* One arena: a second one for each thread would only hold memory. */
	mallopt(M_ARENA_MAX, 1);
	umask(077);
	if (sodium_init() < 0)
		return EXIT_FAILED;
	json_object_seed(0);
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	sigdelset(&signals, SIGPIPE);
	return serve(&o, &signals);
}
