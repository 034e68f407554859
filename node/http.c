#include "node/http.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <malloc.h>
#include <microhttpd.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "node/log.h"
#include "sync/buffer.h"

#define STACK_BYTES (256u * 1024)
#define CONNECTION_BYTES (8u * 1024) /* request line, headers, read buffer, answer's headers */
#define ANSWER_BYTES 1024            /* of them, for the headers of an answer */
#define VALUE_BYTES 64               /* what the library notes of each header and cookie */
#define BACKLOG HTTP_MAX_CONNECTIONS /* beyond it a caller tries again after seconds */
#define ADDRESS_BYTES 64

struct peer { unsigned char address[16]; unsigned n; };

struct http {
	struct http_handlers handlers;
	struct http_bodies bodies;   /* the HTTP thread's, as peers */
	struct http_pace *pace;
	struct peer peers[HTTP_MAX_CONNECTIONS];
	unsigned connections;
	bool crowded;                /* memory of a crowd is not given back yet */
	struct MHD_Daemon *daemon;
	pthread_mutex_t lock;
	pthread_cond_t sent;
	unsigned open;               /* handled, and the answer is not sent whole; by the lock */
	int socket;
	char address[ADDRESS_BYTES + 8];
};

struct http_request {
	struct http *http;
	struct MHD_Connection *connection;
	struct http_caller *caller;
	struct MHD_Response *response; /* set by http_reply */
	struct http_body body;
	size_t max_body;
	uint64_t came;               /* bytes of the body */
	enum http_method method;
	unsigned status;
	bool handled, later, overflow, at_once, no_room, long_head, local;
	char path[HTTP_MAX_PATH_BYTES];
	char peer[INET6_ADDRSTRLEN];
};

static const struct { const char *name, *value; } fixed_headers[] = {
	{ "Content-Security-Policy", "default-src 'none'; script-src 'self'; "
	    "style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
	    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'" },
	{ "X-Content-Type-Options", "nosniff" },
	{ "X-Frame-Options", "DENY" },
	/* With no-referrer Chromium 66 sends "Origin: null" from our own pages. */
	{ "Referrer-Policy", "same-origin" },
	{ "Cross-Origin-Resource-Policy", "same-origin" },
};

static void
count_open(struct http *h, int by)
{
	pthread_mutex_lock(&h->lock);
	h->open += (unsigned)by;
	if (h->open == 0)
		pthread_cond_signal(&h->sent);
	pthread_mutex_unlock(&h->lock);
}

/* ---- requests ---- */
static enum http_method
method_of(const char *name)
{
	if (strcmp(name, "GET") == 0 || strcmp(name, "HEAD") == 0)
		return HTTP_GET;
	if (strcmp(name, "POST") == 0)
		return HTTP_POST;
	return strcmp(name, "PATCH") == 0 ? HTTP_PATCH : HTTP_OTHER;
}

static void
read_peer(struct http_request *req)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(req->connection,
	    MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr *a = info != NULL ? info->client_addr : NULL;

	if (a != NULL && a->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)a;

		inet_ntop(AF_INET, &in->sin_addr, req->peer, sizeof req->peer);
	} else if (a != NULL && a->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in = (const struct sockaddr_in6 *)(const void *)a;

		if (IN6_IS_ADDR_V4MAPPED(&in->sin6_addr))
			inet_ntop(AF_INET, &in->sin6_addr.s6_addr[12], req->peer,
			    sizeof req->peer);
		else
			inet_ntop(AF_INET6, &in->sin6_addr, req->peer, sizeof req->peer);
	}
	req->local = strncmp(req->peer, "127.", 4) == 0 || strcmp(req->peer, "::1") == 0;
}

/* Whether the head leaves no room for the headers of an answer: the library would close the
 * connection without one.  It keeps cookies twice. */
static bool
is_long(const struct http_request *req)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(req->connection,
	    MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
	const char *cookie = http_header(req, "Cookie");
	int n = MHD_get_connection_values(req->connection, MHD_HEADER_KIND | MHD_COOKIE_KIND |
	    MHD_GET_ARGUMENT_KIND, NULL, NULL);

	return info != NULL && info->header_size + (cookie != NULL ? strlen(cookie) : 0) +
	    (size_t)n * VALUE_BYTES + ANSWER_BYTES > CONNECTION_BYTES;
}

static struct http_request *
request_new(struct http *h, struct MHD_Connection *connection, const char *url,
    const char *method)
{
	struct http_request *req = calloc(1, sizeof *req);
	const char *length;

	if (req == NULL)
		return NULL;
	req->http = h;
	req->connection = connection;
	req->caller = MHD_get_connection_info(connection,
	    MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
	req->method = method_of(method);
	if (strlen(url) >= sizeof req->path)
		url = "/too-long";
	memcpy(req->path, url, strlen(url) + 1);
	read_peer(req);
	req->max_body = h->handlers.max_body(h->handlers.ctx, req);
	length = http_header(req, "Content-Length");
	if (length != NULL && strtoull(length, NULL, 10) > req->max_body)
		req->overflow = true;
	/* Who waits for a word before the body, or would send what is not read to its end. */
	req->at_once = req->overflow && (http_header(req, "Expect") != NULL ||
	    strtoull(length, NULL, 10) > HTTP_DISCARDED_BYTES);
	req->long_head = is_long(req);
	return req;
}

static enum MHD_Result
send_response(struct http_request *req)
{
	enum MHD_Result result;

	/* One that is kept is wiped by the library: all of its memory is in use then. */
	if (req->http->connections > HTTP_CROWD)
		MHD_add_response_header(req->response, "Connection", "close");
	result = MHD_queue_response(req->connection, req->status, req->response);
	MHD_destroy_response(req->response);
	req->response = NULL;
	return result;
}

/* Past the library, which has no memory left for an answer of its own. */
static enum MHD_Result
refuse_head(const struct http_request *req)
{
	static const char answer[] = "HTTP/1.1 431 Request Header Fields Too Large\r\n"
	    "Connection: close\r\nContent-Length: 0\r\n\r\n";
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(req->connection,
	    MHD_CONNECTION_INFO_CONNECTION_FD);

	if (info != NULL)
		(void)!send(info->connect_fd, answer, sizeof answer - 1,
		    MSG_NOSIGNAL | MSG_DONTWAIT);
	return MHD_NO;
}

/* NO: the connection is closed. */
static enum MHD_Result
take_piece(struct http_request *req, const char *piece, size_t len)
{
	req->came += len;
	if (req->came <= req->max_body)
		http_pace_brought(req->http->pace, req->caller, len);
	if (req->came > req->max_body && !req->overflow) {
		req->overflow = true;
		http_body_release(&req->http->bodies, &req->body);
		req->body = (struct http_body){ 0 };
	}
	if (!req->overflow && !req->no_room && http_body_put(&req->http->bodies, &req->body,
	    piece, len) != STATUS_OK)
		req->no_room = true;
	return req->came > HTTP_DISCARDED_BYTES ? MHD_NO : MHD_YES;
}

static enum MHD_Result
dispatch(struct http_request *req)
{
	const struct http_handlers *handlers = &req->http->handlers;

	req->handled = true;
	count_open(req->http, 1);
	http_pace_waits(req->http->pace, req->caller);
	if (req->overflow)
		handlers->too_large(handlers->ctx, req);
	else if (req->no_room)
		handlers->busy(handlers->ctx, req);
	else
		handlers->handle(handlers->ctx, req);
	if (req->later)
		return MHD_YES;
	assert(req->response != NULL);
	return send_response(req);
}

static enum MHD_Result
on_access(void *ctx, struct MHD_Connection *connection, const char *url,
    const char *method, const char *version, const char *upload, size_t *upload_len,
    void **state)
{
	struct http_request *req = *state;

	(void)version;
	if (req == NULL) {
		req = *state = request_new(ctx, connection, url, method);
		if (req == NULL)
			return MHD_NO;
		if (req->long_head)
			return refuse_head(req);
		/* A body that is too large is read first: a proxy that is cut off while it sends
		 * one says that we are broken. */
		return req->at_once ? dispatch(req) : MHD_YES;
	}
	if (*upload_len > 0) {
		size_t len = *upload_len;

		*upload_len = 0;
		return take_piece(req, upload, len);
	}
	if (!req->handled)
		return dispatch(req);
	return req->response != NULL ? send_response(req) : MHD_YES;
}

static void
on_completed(void *ctx, struct MHD_Connection *connection, void **state,
    enum MHD_RequestTerminationCode why)
{
	struct http_request *req = *state;

	(void)ctx, (void)connection, (void)why;
	if (req == NULL)
		return;
	if (req->response != NULL)
		MHD_destroy_response(req->response);
	http_body_release(&req->http->bodies, &req->body);
	if (req->handled)
		count_open(req->http, -1);
	http_pace_turn(req->http->pace, req->caller, 0);
	free(req);
	*state = NULL;
}

enum http_method
http_method(const struct http_request *req)
{
	return req->method;
}

const char *
http_path(const struct http_request *req)
{
	return req->path;
}

const char *
http_header(const struct http_request *req, const char *name)
{
	return MHD_lookup_connection_value(req->connection, MHD_HEADER_KIND, name);
}

const char *
http_cookie(const struct http_request *req, const char *name)
{
	return MHD_lookup_connection_value(req->connection, MHD_COOKIE_KIND, name);
}

const char *
http_query(const struct http_request *req, const char *name)
{
	return MHD_lookup_connection_value(req->connection, MHD_GET_ARGUMENT_KIND, name);
}

struct each {
	bool (*visit)(void *ctx, const char *name, const char *value);
	void *ctx;
	unsigned n;
	bool good;
};

static enum MHD_Result
each_value(void *ctx, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct each *each = ctx;

	(void)kind;
	each->good = ++each->n <= HTTP_MAX_QUERY &&
	    each->visit(each->ctx, name, value != NULL ? value : "");
	return each->good ? MHD_YES : MHD_NO;
}

bool
http_each_query(const struct http_request *req,
    bool (*visit)(void *ctx, const char *name, const char *value), void *ctx)
{
	struct each each = { .visit = visit, .ctx = ctx, .good = true };

	MHD_get_connection_values(req->connection, MHD_GET_ARGUMENT_KIND, each_value,
	    &each);
	return each.good;
}

const uint8_t *
http_body(struct http_request *req, size_t *ret_len)
{
	const uint8_t *data = http_body_map(&req->body);

	*ret_len = data != NULL ? (size_t)req->body.len : 0;
	return data;
}

int
http_body_piece(const struct http_request *req, uint64_t offset, void *out, size_t len,
    size_t *ret_len)
{
	return http_body_at(&req->body, offset, out, len, ret_len);
}

const char *
http_peer(const struct http_request *req)
{
	return req->peer;
}

bool
http_peer_is_local(const struct http_request *req)
{
	return req->local;
}

/* ---- answers ---- */
void
http_later(struct http_request *req)
{
	req->later = true;
	MHD_suspend_connection(req->connection);
}

static struct MHD_Response *
response_of(const struct http_answer *a)
{
	/* The library takes the body without const, and does not write to it. */
	struct MHD_Response *r = a->from_file ? MHD_create_response_from_fd_at_offset64(a->len,
	    a->fd, a->offset) : MHD_create_response_from_buffer(a->len,
	    (void *)(uintptr_t)a->body,
	    a->fixed ? MHD_RESPMEM_PERSISTENT : MHD_RESPMEM_MUST_COPY);

	if (r == NULL)
		return NULL;
	for (size_t i = 0; i < sizeof fixed_headers / sizeof *fixed_headers; i++)
		MHD_add_response_header(r, fixed_headers[i].name, fixed_headers[i].value);
	MHD_add_response_header(r, "Content-Type",
	    a->type != NULL ? a->type : "application/json");
	if (!a->cacheable)
		MHD_add_response_header(r, "Cache-Control", "no-store");
	for (size_t i = 0; i < HTTP_MAX_HEADERS && a->headers[i].name != NULL; i++)
		MHD_add_response_header(r, a->headers[i].name, a->headers[i].value);
	return r;
}

void
http_reply(struct http_request *req, const struct http_answer *answer)
{
	static const struct http_answer nothing = { .status = 500, .body = "", .fixed = true };
	struct MHD_Response *r = response_of(answer);
	struct MHD_Connection *connection = req->connection;

	req->status = answer->status;
	if (r == NULL) {
		req->status = 500;
		r = response_of(&nothing);
	}
	/* Without an answer the connection would hang; there is no memory left at all. */
	assert(r != NULL);
	req->response = r;
	http_pace_turn(req->http->pace, req->caller, answer->len);
	if (req->later)
		MHD_resume_connection(connection);
}

static void
on_log(void *ctx, const char *format, va_list ap)
    __attribute__((format(printf, 2, 0)));
static void
on_log(void *ctx, const char *format, va_list ap)
{
	char line[256];

	(void)ctx;
	vsnprintf(line, sizeof line, format, ap);
	line[strcspn(line, "\n")] = '\0';
	log_line(LOG_LEVEL_DEBUG, "http: %s", line);
}

/* ---- how many from where ---- */
static bool
peer_address(const struct sockaddr *a, unsigned char ret[16])
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (a != NULL && a->sa_family == AF_INET6) {
		memcpy(ret, &((const struct sockaddr_in6 *)(const void *)a)->sin6_addr, 16);
	} else if (a != NULL && a->sa_family == AF_INET) {
		memcpy(ret, mapped, sizeof mapped);
		memcpy(ret + 12, &((const struct sockaddr_in *)(const void *)a)->sin_addr, 4);
	} else
		return false;
	/* What comes from this machine is no stranger's, or a proxy's. */
	if (memcmp(ret, mapped, sizeof mapped) == 0)
		return ret[12] != 127;
	return memcmp(ret, &in6addr_loopback, 16) != 0;
}

/* The entry of an address, or a free one; NULL when there is none. */
static struct peer *
peer_entry(struct http *h, const unsigned char address[16])
{
	struct peer *free_one = NULL;

	for (size_t i = 0; i < HTTP_MAX_CONNECTIONS; i++) {
		struct peer *p = &h->peers[i];

		if (p->n > 0 && memcmp(p->address, address, 16) == 0)
			return p;
		if (p->n == 0 && free_one == NULL)
			free_one = p;
	}
	return free_one;
}

static enum MHD_Result
on_accept(void *ctx, const struct sockaddr *a, socklen_t len)
{
	unsigned char address[16];
	struct peer *p;

	(void)len;
	if (!peer_address(a, address))
		return MHD_YES;
	p = peer_entry(ctx, address);
	return p != NULL && p->n < HTTP_MAX_CONNECTIONS_A_PEER ? MHD_YES : MHD_NO;
}

/* The allocator keeps what a crowd left between blocks that live on. */
static void
count_connection(struct http *h, bool comes)
{
	h->connections += comes ? 1u : -1u;
	if (h->connections > HTTP_CROWD)
		h->crowded = true;
	if (h->crowded && h->connections <= HTTP_CROWD / 16) {
		h->crowded = false;
		(void)malloc_trim(0);
	}
}

static void
on_connection(void *ctx, struct MHD_Connection *connection, void **state,
    enum MHD_ConnectionNotificationCode what)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection,
	    MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	struct http *h = ctx;
	unsigned char address[16];
	struct peer *p;

	count_connection(h, what == MHD_CONNECTION_NOTIFY_STARTED);
	if (what == MHD_CONNECTION_NOTIFY_STARTED)
		*state = http_pace_came(h->pace, MHD_get_connection_info(connection,
		    MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd);
	else
		http_pace_left(h->pace, *state);
	if (info == NULL || !peer_address(info->client_addr, address))
		return;
	p = peer_entry(h, address);
	if (p == NULL)
		return;
	memcpy(p->address, address, sizeof address);
	if (what == MHD_CONNECTION_NOTIFY_STARTED)
		p->n++;
	else if (p->n > 0)
		p->n--;
}

/* ---- the server ---- */
static int
bind_one(const struct addrinfo *a)
{
	int one = 1, off = 0, error;
	int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (a->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
	if (bind(fd, a->ai_addr, a->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

/* "HOST:PORT", "[HOST]:PORT", ":PORT". */
static int
split_address(const char *text, char host[ADDRESS_BYTES], const char **ret_port)
{
	const char *colon = strrchr(text, ':');
	size_t len;

	if (colon == NULL || colon[1] == '\0')
		return STATUS_USAGE;
	len = (size_t)(colon - text);
	if (len >= 2 && text[0] == '[' && text[len - 1] == ']')
		text++, len -= 2;
	if (len >= ADDRESS_BYTES)
		return STATUS_USAGE;
	memcpy(host, text, len);
	host[len] = '\0';
	*ret_port = colon + 1;
	return STATUS_OK;
}

static int
listen_at(const char *text, int *ret_fd)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
		.ai_flags = AI_PASSIVE | AI_NUMERICSERV }, *list;
	char host[ADDRESS_BYTES];
	const char *port;
	int fd = -1, error;

	if (split_address(text, host, &port) != STATUS_OK)
		return STATUS_USAGE;
	/* "::" takes IPv4 too; where IPv6 is off the other addresses are tried. */
	if (host[0] == '\0' && getaddrinfo("::", port, &hints, &list) == 0) {
		fd = bind_one(list);
		freeaddrinfo(list);
	}
	if (fd < 0) {
		if (getaddrinfo(host[0] != '\0' ? host : NULL, port, &hints, &list) != 0)
			return STATUS_USAGE;
		for (const struct addrinfo *a = list; a != NULL && fd < 0; a = a->ai_next)
			fd = bind_one(a);
		error = errno;
		freeaddrinfo(list);
		errno = error;
	}
	if (fd < 0)
		return STATUS_IO;
	*ret_fd = fd;
	return STATUS_OK;
}

static void
name_address(struct http *h)
{
	struct sockaddr_storage a;
	socklen_t len = sizeof a;
	char host[ADDRESS_BYTES], port[8];

	snprintf(h->address, sizeof h->address, "?");
	if (getsockname(h->socket, (struct sockaddr *)&a, &len) != 0 ||
	    getnameinfo((struct sockaddr *)&a, len, host, sizeof host, port, sizeof port,
	    NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return;
	snprintf(h->address, sizeof h->address,
	    a.ss_family == AF_INET6 ? "[%.50s]:%s" : "%.50s:%s", host, port);
}

static void
destroy(struct http *h)
{
	http_pace_free(h->pace);
	pthread_cond_destroy(&h->sent);
	pthread_mutex_destroy(&h->lock);
	free(h);
}

int
http_new(const struct http_options *options, const struct http_handlers *handlers,
    struct http **ret)
{
	struct http *h = calloc(1, sizeof *h);
	pthread_condattr_t attr;
	int status, error;

	if (h == NULL)
		return STATUS_NOMEM;
	pthread_mutex_init(&h->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&h->sent, &attr);
	pthread_condattr_destroy(&attr);
	h->handlers = *handlers;
	h->bodies.folder = options->folder;
	status = listen_at(options->listen, &h->socket);
	if (status != STATUS_OK) {
		error = errno;
		destroy(h);
		errno = error;
		return status;
	}
	name_address(h);
	if (http_pace_new(options->longest_s, &h->pace) == STATUS_OK)
		h->daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD |
	    MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, on_accept, h, on_access, h,
	    MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
	    MHD_OPTION_LISTEN_SOCKET, h->socket,
	    MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL,
	    MHD_OPTION_CONNECTION_LIMIT, (unsigned)HTTP_MAX_CONNECTIONS,
	    MHD_OPTION_NOTIFY_CONNECTION, on_connection, h,
	    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)HTTP_IDLE_TIMEOUT_S,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
	    MHD_OPTION_THREAD_STACK_SIZE, (size_t)STACK_BYTES,
	    MHD_OPTION_END);
	if (h->daemon == NULL) {
		close(h->socket);
		destroy(h);
		return STATUS_IO;
	}
	*ret = h;
	return STATUS_OK;
}

const char *
http_address(const struct http *h)
{
	return h->address;
}

void
http_quiesce(struct http *h)
{
	if (h->socket >= 0 && MHD_quiesce_daemon(h->daemon) >= 0)
		close(h->socket);
	h->socket = -1;
}

/* The library closes a connection with an answer that waits in it. */
static void
wait_until_sent(struct http *h)
{
	struct timespec end;
	int rc = 0;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += HTTP_LAST_ANSWERS_S;
	pthread_mutex_lock(&h->lock);
	while (h->open > 0 && rc == 0)
		rc = pthread_cond_timedwait(&h->sent, &h->lock, &end);
	pthread_mutex_unlock(&h->lock);
}

void
http_free(struct http *h)
{
	if (h == NULL)
		return;
	http_quiesce(h);
	wait_until_sent(h);
	MHD_stop_daemon(h->daemon);
	destroy(h);
}
