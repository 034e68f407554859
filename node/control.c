#include "node/control.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "node/log.h"

#define BACKLOG 16

struct control {
	struct engine_loan loan;  /* first: a loan is its control */
	struct engine *engine;
	struct sockaddr_un address;
	int socket;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	int client;               /* under lock; -1 none */
	bool lent, stop;          /* under lock */
	void (*urgent)(void *ctx);
	void *ctx;
};

static void
on_lent(struct engine_loan *loan)
{
	struct control *c = (struct control *)loan;

	pthread_mutex_lock(&c->lock);
	c->lent = true;
	pthread_cond_signal(&c->wake);
	pthread_mutex_unlock(&c->lock);
}

/* Until the client closes, dies, or control_free shuts the socket. */
static void
serve(struct control *c, int client)
{
	bool urgent = false;
	char byte;

	c->loan.lent = on_lent;
	engine_lend(c->engine, &c->loan);
	pthread_mutex_lock(&c->lock);
	while (!c->lent)
		pthread_cond_wait(&c->wake, &c->lock);
	c->lent = false;
	pthread_mutex_unlock(&c->lock);
	if (send(client, "ok\n", 3, MSG_NOSIGNAL) == 3)
		while (recv(client, &byte, 1, 0) > 0)
			urgent |= byte == CONTROL_URGENT;
	engine_return(c->engine, &c->loan);
	if (urgent)
		c->urgent(c->ctx);
}

static void *
control_main(void *ctx)
{
	struct control *c = ctx;

	for (;;) {
		int client = accept(c->socket, NULL, NULL);
		bool stop;

		pthread_mutex_lock(&c->lock);
		stop = c->stop;
		c->client = client;
		pthread_mutex_unlock(&c->lock);
		if (client >= 0 && !stop)
			serve(c, client);
		pthread_mutex_lock(&c->lock);
		c->client = -1;
		pthread_mutex_unlock(&c->lock);
		if (client >= 0)
			close(client);
		if (client < 0 || stop)
			return NULL;
	}
}

static int
open_socket(struct control *c, const char *dir)
{
	int n = snprintf(c->address.sun_path, sizeof c->address.sun_path, "%s/%s", dir,
	    CONTROL_NAME);

	if (n < 0 || (size_t)n >= sizeof c->address.sun_path)
		return STATUS_TOO_LARGE;
	c->address.sun_family = AF_UNIX;
	/* A fresh machine has no directory yet; the engine makes no difference. */
	if (mkdir(dir, 0700) == 0)
		log_line(LOG_LEVEL_INFO, "made %s", dir);
	c->socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->socket < 0)
		return STATUS_IO;
	/* Another daemon would hold the database; what lies here is of a dead one. */
	unlink(c->address.sun_path);
	if (bind(c->socket, (struct sockaddr *)&c->address, sizeof c->address) == 0 &&
	    chmod(c->address.sun_path, 0600) == 0 && listen(c->socket, BACKLOG) == 0)
		return STATUS_OK;
	close(c->socket);
	return STATUS_IO;
}

int
control_new(const char *dir, struct engine *e, void (*urgent)(void *ctx), void *ctx,
    struct control **ret)
{
	struct control *c = calloc(1, sizeof *c);
	int status;

	if (c == NULL)
		return STATUS_NOMEM;
	c->engine = e;
	c->urgent = urgent;
	c->ctx = ctx;
	c->client = -1;
	status = open_socket(c, dir);
	if (status != STATUS_OK) {
		free(c);
		return status;
	}
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->wake, NULL);
	if (pthread_create(&c->thread, NULL, control_main, c) != 0) {
		close(c->socket);
		free(c);
		return STATUS_NOMEM;
	}
	*ret = c;
	return STATUS_OK;
}

void
control_free(struct control *c)
{
	if (c == NULL)
		return;
	pthread_mutex_lock(&c->lock);
	c->stop = true;
	if (c->client >= 0)
		shutdown(c->client, SHUT_RDWR);
	pthread_mutex_unlock(&c->lock);
	shutdown(c->socket, SHUT_RDWR);
	pthread_join(c->thread, NULL);
	unlink(c->address.sun_path);
	close(c->socket);
	pthread_cond_destroy(&c->wake);
	pthread_mutex_destroy(&c->lock);
	free(c);
}
