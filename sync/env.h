/* What the engine asks of the world: time, randomness and files.
 *
 * The engine opens no socket, reads no clock and prints nothing.  A program
 * hands it these tables; a simulation hands it others and runs a county in
 * one process from one seed.  All calls come from the thread that called the
 * engine. */
#ifndef SYNC_ENV_H
#define SYNC_ENV_H

#include <stddef.h>
#include <stdint.h>

#include "sync/status.h"

/* An open file of a struct files; owned by the implementation. */
struct file;

/* Called once per directory entry that is a regular file.  Links, devices,
 * folders and names with bytes outside [A-Za-z0-9._~-] are not reported. */
typedef int files_visit(void *visit_ctx, const char *name, uint64_t size_bytes);

/* File operations on one tree.  Paths are UTF-8, without "..", made by the
 * engine.  Every function returns a status. */
struct files {
	/* Opens an existing regular file for reading; IO for a link, a folder, a
	 * pipe or a device. */
	int (*open_read)(void *ctx, const char *path, struct file **ret_file);
	/* Creates a new file for writing, mode 0600; EXISTS when it is there. */
	int (*create)(void *ctx, const char *path, struct file **ret_file);
	/* Reads up to len bytes at offset; *ret_len < len only at the end. */
	int (*read_at)(void *ctx, struct file *file, uint64_t offset, uint8_t *buf,
	    size_t len, size_t *ret_len);
	/* Appends all bytes or fails. */
	int (*append)(void *ctx, struct file *file, const uint8_t *buf, size_t len);
	int (*fsync)(void *ctx, struct file *file);
	/* Asks the kernel to forget cached pages, so that a read-back reads the
	 * medium.  Best effort. */
	void (*drop_cache)(void *ctx, struct file *file);
	int (*size)(void *ctx, struct file *file, uint64_t *ret_bytes);
	void (*close)(void *ctx, struct file *file);
	/* Renames within the tree, replacing the target. */
	int (*rename)(void *ctx, const char *from, const char *to);
	int (*remove)(void *ctx, const char *path);
	/* Creates a folder; a folder that is there already is OK. */
	int (*mkdir)(void *ctx, const char *path);
	/* Removes a folder in which nothing is; fails for any other. */
	int (*rmdir)(void *ctx, const char *path);
	int (*fsync_dir)(void *ctx, const char *path);
	/* Keeps other programs that ask for it out of a folder until *ret_file is closed,
	 * by the end of the program too; BUSY where one has it. */
	int (*hold)(void *ctx, const char *path, struct file **ret_file);
	/* Visits until the visitor returns something else than OK, and returns
	 * that.  NOT_FOUND where path itself is no folder, or a link to one. */
	int (*list)(void *ctx, const char *path, files_visit *visit, void *visit_ctx);
	/* Names that list passes over too.  HOSTILE where path itself is no folder, where
	 * more than max names are in it, one has a control character, or is neither a
	 * regular file nor a folder. */
	int (*judge)(void *ctx, const char *path, size_t max);
};

/* What tells a copy of a data directory from the one it was copied from. */
#define ENV_MACHINE_BYTES 16
struct env_place {
	uint64_t inode;                     /* of a file in it */
	uint8_t machine[ENV_MACHINE_BYTES]; /* zero where the machine has no id */
};

struct env {
	/* Seconds since 1970-01-01T00:00:00Z, as the machine believes. */
	int64_t (*now_s)(void *ctx);
	/* Fills buf with unpredictable bytes (a seeded stream in simulations). */
	void (*random)(void *ctx, uint8_t *buf, size_t len);
	/* Where a regular file lies.  The same file under another name has the
	 * same place; a copy of it has another. */
	int (*place)(void *ctx, const char *path, struct env_place *ret);
	const struct files *files;
	void *ctx; /* handed to every function above */
	/* Name of the VFS that databases go through; NULL: the system's. */
	const char *databases;
};

/* The real operating system: realtime clock, getrandom, POSIX files.  Static;
 * its ctx is NULL. */
extern const struct env env_posix;
/* All of it into a descriptor. */
int env_posix_write(int fd, const void *data, size_t len) MUST_CHECK;

/* Bounds for whole-file reads by env_read_file. */
#define ENV_SMALL_FILE_MAX_BYTES (16u * 1024 * 1024)

struct buffer;

/* Reads a whole regular file of at most max_bytes into buf (appended).
 * TOO_LARGE leaves buf unchanged. */
int env_read_file(const struct env *env, const char *path, size_t max_bytes,
    struct buffer *buf) MUST_CHECK;

/* OK when no file is at path, EXISTS when there is one. */
int env_absent(const struct env *env, const char *path) MUST_CHECK;

/* Writes a file so that after a power cut at any moment path holds the old
 * bytes or the new ones: temporary file, fsync, rename, fsync of the still
 * open file again (vfat needs it), fsync of the folder. */
int env_write_file(const struct env *env, const char *path, const uint8_t *data,
    size_t len) MUST_CHECK;

/* Gives a small file another name: first written there as env_write_file does, then
 * removed here, so that at each moment it is there under one of the two at least, also
 * where a power cut leaves a rename half done. */
int env_move_file(const struct env *env, const char *from, const char *to) MUST_CHECK;

#endif
