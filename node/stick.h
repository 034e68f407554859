/* Sticks in this machine: a thread learns from the kernel what is mounted below the
 * roots; a stick that carries a folder KEHOU is read and then written to as soon as it
 * is plugged in, by a job of the engine, so that never two are worked on at once.  A
 * stick without that folder is left alone until somebody asks. */
#ifndef NODE_STICK_H
#define NODE_STICK_H

#include <jansson.h>

#include "node/bell.h"
#include "node/engine.h"
#include "node/stick_scan.h"
#include "schema/message.h"

#define STICK_MAX_ROOTS 4
#define STICK_AGAIN_S 30         /* after the database was lent or the queue full */

/* Where sticks are mounted when nobody says otherwise. */
#define STICK_ROOTS 3
extern const char *const stick_roots[STICK_ROOTS];

/* The kernel's list of mounts, to be opened before the daemon is shut off (node/fence.h);
 * -1: without it no mount is found. */
int stick_mounts_open(void);

struct stick_options {
	int mounts;              /* of stick_mounts_open; taken, also on failure */
	const char *const *roots;
	size_t nroots;
	bool folders;            /* folders in the roots count as sticks too */
	struct bell *bell;       /* NULL: none */
	struct engine *engine;
	const struct env *env;
	const char *dir;         /* data directory, for the history */
};
struct stick_set;
/* options' pointers outlive it. */
int stick_new(const struct stick_options *options, struct stick_set **ret) MUST_CHECK;
/* Ends the thread; before engine_stop.  NULL is passed over, here and below. */
void stick_stop(struct stick_set *s);
/* After engine_stop. */
void stick_free(struct stick_set *s);

/* Any thread: docs/api.md's list.  Never waits for a stick. */
json_t *stick_list(struct stick_set *s, enum message_lang lang);

/* Any thread: whether the stick with this mark is plugged in. */
bool stick_is_here(struct stick_set *s, const char *mark);

struct stick_done {
	char label[64];          /* "" where there is none of that id */
	enum stick_state state;  /* in which it was left */
	struct replica_import in;
	struct replica_export out;
};
/* On the engine's thread.  NOT_FOUND: no such stick; HOSTILE: nothing was
 * touched; REMOVED: it was pulled out.  all: at a hub for every school; else it is so on
 * a stick that has no folder yet.  The result is kept for stick_list and the history. */
int stick_import(struct stick_set *s, const char *id, struct replica *r,
    struct stick_done *ret) MUST_CHECK;
int stick_export(struct stick_set *s, const char *id, struct replica *r, bool all,
    struct stick_done *ret) MUST_CHECK;

/* For something else than an exchange: a stick in hand, busy until it is let go.  Any thread;
 * statuses as above, READONLY and FULL too. */
struct stick_hold {
	struct stick_place place;
	int fd;
	bool wrote;              /* from here on its status says what came of writing */
	char folder[STICK_FOLDER_BYTES]; /* its root, through what was opened */
};
int stick_take(struct stick_set *s, const char *id, struct stick_hold *ret) MUST_CHECK;
/* What came of it; REMOVED when it was pulled out meanwhile. */
int stick_let_go(struct stick_set *s, struct stick_hold *hold, int status) MUST_CHECK;

#endif
