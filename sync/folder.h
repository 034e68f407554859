/* The folder carrier: a stick, a share, the downloads of the office PC.
 *
 * One visible folder KEHOU with flat, content-addressed, upper-case names:
 * HASH.KHB bundles, HASH.KHR rosters (HASH: 32 hex digits of BLAKE2b of the
 * file), and a mark.  Never overwritten; links and special files are not opened. */
#ifndef SYNC_FOLDER_H
#define SYNC_FOLDER_H

#include "sync/env.h"
#include "sync/hash.h"
#include "sync/stream.h"

#define FOLDER_NAME "KEHOU"
#define FOLDER_MAX_FILES 4096
#define FOLDER_NAME_BYTES 40

enum folder_kind { FOLDER_BUNDLE = 1, FOLDER_ROSTER = 2 };

/* Whether DIR/KEHOU may be read and written at all.  NOT_FOUND: there is none.  HOSTILE:
 * it is a link or no folder, or holds links, devices, control characters in names, or
 * more names than we ever put there. */
int folder_judge(const struct env *env, const char *dir) MUST_CHECK;

/* A file being written: a temporary name in DIR/KEHOU. */
struct folder_write;
int folder_write_begin(const struct env *env, const char *dir, enum folder_kind kind,
    struct folder_write **ret, struct file **ret_file) MUST_CHECK;
/* fsync, rename to the content name, fsync the still open file again, fsync the
 * folder, drop the cache, read back and compare the hash.  Only then OK.
 * OK too when the same bytes are there already.  CORRUPT when the medium gives
 * back other bytes, REMOVED when the folder went away. */
int folder_write_finish(struct folder_write *w, const uint8_t hash[HASH_BYTES],
    char ret_name[FOLDER_NAME_BYTES]) MUST_CHECK;
/* Removes the temporary file if finish did not succeed. */
void folder_write_free(struct folder_write *w);

/* Takes DIR/KEHOU away again where nothing is in it; what fails is passed over. */
void folder_unmake(const struct env *env, const char *dir);

struct folder_entry {
	char name[FOLDER_NAME_BYTES];
	enum folder_kind kind;
	uint64_t size_bytes;
};
/* Files of the two kinds by name, sorted; others are passed over, their number
 * in ret_ignored.  NOT_FOUND when DIR or DIR/KEHOU is not there. */
int folder_list(const struct env *env, const char *dir, struct folder_entry **ret,
    size_t *ret_n, size_t *ret_ignored) MUST_CHECK;
int folder_open(const struct env *env, const char *dir, const char *name,
    struct file **ret) MUST_CHECK;
int folder_remove(const struct env *env, const char *dir, const char *name) MUST_CHECK;
/* Removes all files. */
int folder_empty(const struct env *env, const char *dir) MUST_CHECK;
/* Removes temporary files (~HHHH.TMP) that a cut left behind, no others. */
int folder_sweep(const struct env *env, const char *dir) MUST_CHECK;

/* The mark by which a hub knows a stick again: an empty file, eight upper-case hexadecimal
 * digits and .KHS, the first by name.  NOT_FOUND. */
#define FOLDER_MARK_BYTES 13
bool folder_name_is_mark(const char *name);
int folder_mark(const struct env *env, const char *dir, char ret[FOLDER_MARK_BYTES])
    MUST_CHECK;
/* Into a folder KEHOU that is there. */
int folder_set_mark(const struct env *env, const char *dir, const uint8_t id[4],
    char ret[FOLDER_MARK_BYTES]) MUST_CHECK;

/* 0 when it is no name of a file of ours. */
enum folder_kind folder_name_kind(const char *name);
/* The name of a file with this content hash. */
void folder_name_of(const uint8_t hash[HASH_BYTES], enum folder_kind kind,
    char ret[FOLDER_NAME_BYTES]);
/* Whether an open file's bytes are those that a name says. */
int folder_holds(const struct env *env, struct file *file, const char *name, bool *ret)
    MUST_CHECK;
/* Content hash, as in names. */
void folder_hash_init(struct hash *h);

#endif
