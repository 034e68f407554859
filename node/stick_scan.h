/* Which sticks are there: mounts below some roots, and what can be told of each
 * without writing to it. */
#ifndef NODE_STICK_SCAN_H
#define NODE_STICK_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sync/folder.h"

#define STICK_MAX 16             /* at once; further ones are not seen */
#define STICK_ID_BYTES 17        /* 16 hex digits of source and place */
#define STICK_LABEL_BYTES 64
#define STICK_PATH_BYTES 512
#define STICK_FOLDER_BYTES 40
#define STICK_LEAST_BYTES (128u * 1024) /* free below this: full */

enum stick_state {
	STICK_READY = 1, STICK_FULL, STICK_READ_ONLY,
	STICK_NO_FOLDER,         /* no folder KEHOU: somebody's, until told otherwise */
	STICK_DAMAGED,           /* Linux found errors and lets nobody write any more */
	STICK_HOSTILE,           /* nothing is read from it or written to it */
	STICK_UNREADABLE         /* plugged in, but it could not be mounted */
};
struct stick_place {
	char id[STICK_ID_BYTES], path[STICK_PATH_BYTES];
	char label[STICK_LABEL_BYTES]; /* of path; valid UTF-8 without control characters */
	char mark[FOLDER_MARK_BYTES]; /* of a hub; "" none */
	bool stopped;            /* its file system lets nobody write after an error */
	bool failed;             /* so it showed when it was written to (node/stick.c) */
	bool unreadable;         /* kehou-stick@.service could not mount it */
	uint64_t plugged;        /* differs after each mount */
	uint64_t free_bytes;
	enum stick_state state;
};

/* Mounts in the text of a mountinfo strictly below one of the roots, states not looked
 * at; the number of them. */
size_t stick_scan_mounts(const char *mountinfo, const char *const *roots, size_t nroots,
    struct stick_place ret[STICK_MAX]);
/* Adds the folders that lie in root and are no mounts among the n that are there already.
 * The new number. */
size_t stick_scan_folders(const char *root, struct stick_place places[STICK_MAX], size_t n);
/* Opens the folder (a link is no stick) and tells state and space of what was opened.
 * The descriptor, or -1. */
int stick_scan_open(struct stick_place *place);
/* The folder that was opened, as a path. */
void stick_scan_folder(int fd, char ret[STICK_FOLDER_BYTES]);
/* Whether path still is what fd was opened from. */
bool stick_scan_same(const struct stick_place *place, int fd);

#endif
