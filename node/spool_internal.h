/* What spool.c and spool_room.c share.  Nobody else includes it. */
#ifndef NODE_SPOOL_INTERNAL_H
#define NODE_SPOOL_INTERNAL_H

#include "node/spool.h"

#include <pthread.h>
#include <time.h>

#include "node/parts.h"

#define PART_FILE_BYTES (FOLDER_NAME_BYTES + 2 * NODE_ID_BYTES + 1)

/* A whole file in in, or in now while the engine has it in hand. */
struct whole {
	char name[FOLDER_NAME_BYTES];
	struct node_id sender;  /* who proved it; or as its header says, zero: a roster, or junk */
	uint64_t bytes;
	bool known;             /* proved; after a start it is believed */
	struct timespec since;  /* only to sort by at the start */
	bool in_hand;
};

struct spool {
	char *part, *in, *in_root, *now, *now_root, *out; /* folders */
	pthread_mutex_t appending; /* a piece at a time: at a relay pieces come from two sides */
	pthread_mutex_t lock;   /* what follows */
	struct whole *files;    /* in order of arrival */
	size_t n, cap;
	struct parts parts;
	uint64_t bytes;         /* of all in part, in and now */
	int64_t swept_s;
	/* What is being written: durable only so far. */
	char writing[FOLDER_NAME_BYTES];
	uint64_t durable;
};

char *spool_join(const char *a, const char *b); /* malloced; NULL: no memory */
/* NAME of a stranger's, NAME-OWNER of somebody known. */
void spool_part_file(const char *name, const struct node_id *owner, char ret[PART_FILE_BYTES]);
/* Under the lock: what is whole of a sender, or of all of these (NULL). */
struct parts_sum spool_whole_sum(const struct spool *s, const struct node_id *sender, bool known);
/* Whose a piece is: who proved it; of what somebody carries for others the sender in it. */
struct node_id spool_owner(struct spool *s, const struct spool_from *from, const char *name,
    uint64_t offset, const struct node_id *sender);
/* Makes room for a piece, or BUSY; from here until it is said to be written, it is counted
 * and spool_have tells what was there before. */
int spool_room(struct spool *s, const char *name, uint64_t offset, size_t len,
    const struct node_id *owner, const struct node_id *sender, uint64_t total) MUST_CHECK;

#endif
