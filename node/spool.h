/* Files on their way over the network: pieces that survive a power cut, and whole
 * files handed to the engine.
 *
 *   ROOT/part/NAME        what came so far, NAME-NODE when a node proved to send it;
 *                         its length is the durable offset, less than
 *                         the file's: at a start each gives up its last byte, which
 *                         comes again
 *   ROOT/in/KEHOU/NAME    whole, hash compared; waits for the engine
 *   ROOT/now/KEHOU/NAME   the engine has them in hand
 *   ROOT/out/PEER/KEHOU/  what this node made for PEER (hexadecimal node id)
 *
 * NAME is that of the folder carrier (sync/folder.h): content-addressed, so that a
 * piece can never continue another file.  Safe for several threads where they work
 * on different names; a caller serialises work on one. */
#ifndef NODE_SPOOL_H
#define NODE_SPOOL_H

#include "sync/env.h"
#include "sync/folder.h"

#define SPOOL_PIECE_BYTES (64u * 1024)               /* of one request */
#define SPOOL_MAX_FILE_BYTES (64u * 1024 * 1024)
#define SPOOL_MAX_BYTES (UINT64_C(1) << 30)          /* of all that waits */
#define SPOOL_MAX_FILES 4000
#define SPOOL_PART_DAYS 30                           /* then an unfinished one goes */
#define SPOOL_BATCH_FILES 8                          /* spool_take hands over at once */
#define SPOOL_BATCH_BYTES (UINT64_C(4) << 20)        /* … beyond the first of them */
#define SPOOL_SENDER_FILES 64                        /* that wait, whole or not, of one sender */
#define SPOOL_SENDER_BYTES (UINT64_C(256) << 20)

struct spool;
/* Makes the folders; puts back what a stopped engine had in hand; removes what a power cut
 * broke of what goes out. */
int spool_new(const char *root, struct spool **ret) MUST_CHECK;
void spool_free(struct spool *s);

/* 32 upper-case hexadecimal digits and .KHB or .KHR. */
bool spool_name_valid(const char *name);

/* How much of a file is durable here: 0 when nothing.  ret_whole: it is complete
 * and waits for the engine. */
int spool_have(struct spool *s, const char *name, uint64_t *ret_offset, bool *ret_whole)
    MUST_CHECK;
/* Whose a piece is.  What strangers sent gives way first, of all together a quarter of the
 * limits is there, and nothing of a known node's ever gives way to them: parts.h. */
enum spool_what {
	SPOOL_STRANGER,
	SPOOL_KNOWN,           /* node proved that it sends this file */
	SPOOL_CARRIER          /* the same; it carries for others: the file is its sender's */
};
struct spool_from { enum spool_what what; struct node_id node; };
/* Any thread.  Appends a piece and syncs it before it returns; until then
 * spool_have tells what was there before.  STALE when offset is not what
 * is here (ret_have says); TOO_LARGE over the limits above, FULL, BUSY when too much
 * waits, of all or of this sender, or when the file is another's.  Once total bytes
 * are here the hash is compared: OK with ret_whole, or CORRUPT and all of it is
 * dropped. */
int spool_append(struct spool *s, const char *name, const struct spool_from *from,
    uint64_t offset, uint64_t total, const void *data, size_t len, uint64_t *ret_have,
    bool *ret_whole) MUST_CHECK;

/* Engine's thread: moves up to SPOOL_BATCH_FILES whole files, oldest first, of as many
 * senders as wait, to where replica_import finds them.  ret_folder: of that, borrowed. */
int spool_take(struct spool *s, const char **ret_folder, size_t *ret_n) MUST_CHECK;
/* Removes what spool_take gave: the engine has dealt with it.  Without this the same
 * files are given again. */
void spool_done(struct spool *s);
/* How many whole files wait or are in hand. */
size_t spool_waiting(struct spool *s);
/* Folder for what goes to a peer; made when new.  ret: malloced.
 * ahead: another one, for what goes before all else. */
int spool_out(struct spool *s, const struct node_id *peer, bool ahead, char **ret)
    MUST_CHECK;
/* Removes the rosters in a folder of spool_out but this one, or all (NULL): the next export
 * writes the newest. */
int spool_drop_rosters(const struct env *env, const char *folder, const char *but) MUST_CHECK;
/* Any thread, as often as one likes: once a day drops what was not touched for
 * SPOOL_PART_DAYS. */
void spool_sweep(struct spool *s, int64_t now_s);

#endif
