/* A backup: files of one node in one sealed file (docs/FORMAT.md "Backup").
 *
 * Its key is sealed to public keys and to a passphrase, each of which opens it.
 * Streaming on both sides, one chunk in memory; what is read counts only once
 * the end was reached. */
#ifndef SYNC_BACKUP_H
#define SYNC_BACKUP_H

#include "sync/buffer.h"
#include "sync/env.h"
#include "sync/hash.h"
#include "sync/identity.h"

#define BACKUP_CHUNK_BYTES 65536
#define BACKUP_KEYS_MAX 3         /* public keys that it is sealed to */
#define BACKUP_NAME_BYTES 96      /* with NUL */
#define BACKUP_MAX_FILES 1000000
#define BACKUP_MAX_FILE_BYTES (UINT64_C(1) << 42)

struct backup_info {
	uint64_t county;
	struct node_id node;
	uint8_t role;              /* enum roster_role */
	uint64_t scope;
	int64_t time_s;            /* of the node's clock; for people */
};

/* Who will be able to open it; at least one of the two. */
struct backup_locks {
	uint8_t key[BACKUP_KEYS_MAX][32]; /* X25519 */
	size_t n;
	const char *passphrase;    /* or NULL; PASSPHRASE_MIN_BYTES */
};

struct backup_writer;
int backup_writer_new(const struct env *env, struct file *out,
    const struct backup_info *info, const struct backup_locks *locks,
    struct backup_writer **ret) MUST_CHECK;
/* Begins a file of so many bytes, which put then brings in any pieces. */
int backup_writer_file(struct backup_writer *w, const char *name, uint64_t bytes)
    MUST_CHECK;
int backup_writer_put(struct backup_writer *w, const void *data, size_t len)
    MUST_CHECK;
/* The end; USAGE when a file is not whole.  The caller syncs the file. */
int backup_writer_finish(struct backup_writer *w) MUST_CHECK;
/* Plain bytes as they stand, for the fuzzer and tests. */
int backup_writer_plain(struct backup_writer *w, const void *data, size_t len)
    MUST_CHECK;
void backup_writer_free(struct backup_writer *w);

struct backup_reader;
/* Reads the head.  MALFORMED, TRUNCATED, NEWER, TOO_LARGE. */
int backup_reader_new(const struct env *env, struct file *file,
    struct backup_reader **ret) MUST_CHECK;
const struct backup_info *backup_reader_info(const struct backup_reader *r);
bool backup_reader_has_passphrase(const struct backup_reader *r);
/* One of these before the first file.  PASSPHRASE when it is wrong or the backup
 * has none; NOT_FOR_US when it is sealed to other keys. */
int backup_reader_passphrase(struct backup_reader *r, const char *passphrase) MUST_CHECK;
int backup_reader_secret(struct backup_reader *r, const uint8_t sk[32]) MUST_CHECK;
/* The next file; NOT_FOUND at the end, which was signed for.  BAD_SIGNATURE for
 * changed bytes, TRUNCATED, MALFORMED. */
int backup_reader_file(struct backup_reader *r, char ret_name[BACKUP_NAME_BYTES],
    uint64_t *ret_bytes) MUST_CHECK;
/* Some of its bytes, at most len; 0 when it is read. */
int backup_reader_read(struct backup_reader *r, uint8_t *buf, size_t len,
    size_t *ret_len) MUST_CHECK;
void backup_reader_free(struct backup_reader *r);

/* A name that may stand in a backup: parts of [A-Za-z0-9._-], none of which begins
 * with a dot or ends with "~", at most one "/" between two of them. */
bool backup_name_valid(const char *name);

#endif
