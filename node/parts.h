/* Unfinished files of a spool: how much of each is there, whose it is, and which of them gives
 * way.  No files are touched here; the caller serialises. */
#ifndef NODE_PARTS_H
#define NODE_PARTS_H

#include "sync/folder.h"
#include "sync/stream.h"

struct part {
	char name[FOLDER_NAME_BYTES];
	struct node_id owner;   /* who proved that it sends it; zero: a stranger */
	uint64_t bytes;         /* that are durable */
	uint64_t touched;       /* order of the last piece */
};
struct parts {                  /* zero at first */
	struct part *list;
	size_t n, cap;
	uint64_t tick;
};
struct parts_sum { size_t n; uint64_t bytes; };

void parts_release(struct parts *p);
bool parts_stranger(const struct node_id *owner);
/* Valid until the next parts_put or parts_drop; NULL: there is none. */
struct part *parts_find(struct parts *p, const char *name);
/* Finds or makes it, and touches it.  owner is set when it is new. */
int parts_put(struct parts *p, const char *name, const struct node_id *owner,
    struct part **ret) MUST_CHECK;
void parts_drop(struct parts *p, struct part *part);
/* What one owner, or all strangers together, have. */
struct parts_sum parts_sum(const struct parts *p, const struct node_id *owner);
/* Of one owner the longest untouched, other than but; NULL: none. */
struct part *parts_oldest(struct parts *p, const struct node_id *owner, const char *but);
/* What gives way to a piece of owner's, other than but: the stranger's longest untouched; for
 * somebody known then what was longest untouched of whoever has most, himself if it is he.
 * NULL: nothing does, so that nothing known ever gives way to a stranger, nor what is little
 * to who has more. */
struct part *parts_victim(struct parts *p, const struct node_id *owner, const char *but);

#endif
