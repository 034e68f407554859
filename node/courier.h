/* Carries files to a hub or relay over HTTP and brings back what lies there for this
 * node (docs/network.md).  The only file with libcurl;
 * it runs in a program of its own (node/outing.h).
 *
 * Every piece can be lost: what the other side has is asked for, never assumed, so
 * that an interrupted exchange goes on from the last durable byte. */
#ifndef NODE_COURIER_H
#define NODE_COURIER_H

#include "node/spool.h"
#include "sync/proof.h"

#define COURIER_MAX_ANSWER_BYTES (256u * 1024) /* of JSON */
#define COURIER_MAX_FILES 256                  /* of one listing */
#define COURIER_PROOF_BYTES (2 * PROOF_BYTES + 1)
#define COURIER_CONNECT_S 30
#define COURIER_LOW_SPEED_BYTES 30             /* a second, over */
#define COURIER_LOW_SPEED_S 60                 /* … this long: the link is dead; unless said */

enum courier_end {         /* how an exchange ended; words for people follow it */
	COURIER_DONE = 1,
	COURIER_STOPPED,       /* this program is about to stop */
	COURIER_NO_NAME,       /* the host's name was not found */
	COURIER_NO_ROUTE,      /* no connection, refused or cut */
	COURIER_SLOW,          /* too slow to be alive */
	COURIER_TLS,           /* the certificate was not accepted */
	COURIER_PORTAL,        /* something else answers: a sign-in page of the network */
	COURIER_OTHER_HUB,     /* a node, but not ours */
	COURIER_BUSY,          /* the other side asks to come later, or is down behind its proxy */
	COURIER_REFUSED,       /* the other side would not take or give a file */
	COURIER_BUDGET,        /* today's bytes are used up */
	COURIER_HERE,          /* this machine failed: disk full, no memory */
	COURIER_PROXY,         /* the network's proxy wants a name and a password */
	COURIER_CLOCK,         /* as TLS, and this machine's date cannot be: node/link.h says it */
	COURIER_ENDS
};

struct courier_options {
	const char *url;       /* https://host[:port][/path] or http://…; no / at end */
	const char *ca_file;   /* pinned certificate authority, NULL: the system's */
	const char *proxy;     /* NULL: that of the environment */
	unsigned stall_s;      /* 0: COURIER_LOW_SPEED_S */
};
struct courier_job {
	const char *folder;    /* its KEHOU holds what goes */
	/* Where what comes is put: spool_have and spool_append. */
	int (*have)(void *ctx, const char *name, uint64_t *ret_offset, bool *ret_whole);
	int (*append)(void *ctx, const char *name, uint64_t offset, uint64_t total,
	    const void *data, size_t len, uint64_t *ret_have, bool *ret_whole);
	/* Whether the file was taken in already, so that it need not come. */
	bool (*seen)(void *ctx, const char *name);
	/* Whether the node that answers is one to speak to: the hub or a relay. */
	bool (*known)(void *ctx, const struct node_id *node);
	/* For whom files are fetched: this node first; false after the last. */
	bool (*whose)(void *ctx, unsigned i, struct node_id *ret);
	/* This node's word, in hexadecimal, that it sends the file of this name or asks for what
	 * there is for this node; false: it goes without. */
	bool (*vouch)(void *ctx, const char *what, char ret[COURIER_PROOF_BYTES]);
	/* The hub has taken this bundle in. */
	void (*delivered)(void *ctx, const char *name);
	bool only_send;        /* fetch nothing, wait for no merging */
	/* Asked between pieces: end now. */
	bool (*stop)(void *ctx);
	/* Waits so many seconds or until stop; true to go on. */
	bool (*wait)(void *ctx, unsigned seconds);
	void *ctx;
	uint64_t max_bytes;    /* on the line, both ways together; 0: no limit */
};
struct courier_result {
	enum courier_end end;
	uint64_t bytes;        /* on the line, both ways: calls, answers, handshakes */
	uint32_t sent, received;             /* files that are whole over there, here */
	bool all_sent, all_received;         /* that way came to its end */
	bool part;             /* something of what goes is over there */
	unsigned retry_s;      /* the other side's wish, 0 none */
	char detail[160];      /* for the log */
};

struct courier;
int courier_new(const struct courier_options *options, const struct env *env,
    struct courier **ret) MUST_CHECK;
void courier_free(struct courier *c);
/* One exchange; one thread.  Connections are kept for the next. */
void courier_run(struct courier *c, const struct courier_job *job,
    struct courier_result *ret);
/* One answer of at most max bytes to GET url/sync/v1/path, whatever its status; ret->end says
 * whether there is one.  PORTAL for what no node says. */
void courier_get(struct courier *c, const char *path, size_t max, struct buffer *ret_body,
    long *ret_status, struct courier_result *ret);

#endif
