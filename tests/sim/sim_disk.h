/* The disk of a simulated world: names and bytes in memory, as the process sees
 * them and as the medium has them.
 *
 * Shared by sim_env.c (struct files) and sim_vfs.c (databases); tests use
 * sim_env.h.  Single-threaded. */
#ifndef TESTS_SIM_SIM_DISK_H
#define TESTS_SIM_SIM_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/sim/sim_env.h"

#define SIM_PATH_BYTES 512
#define SIM_MOUNTS_MAX 1024
#define SIM_SECTOR_BYTES 512u /* what a medium writes whole or not at all */

struct sim_undo {              /* what the medium still has of a sector */
	size_t sector;
	uint8_t old[SIM_SECTOR_BYTES];
};

struct sim_inode {
	size_t references;     /* names, durable names and open files */
	bool folder;
	uint8_t *data;         /* as the process sees it */
	size_t len, cap;
	size_t synced_len;     /* as the medium has it … */
	struct sim_undo *undo; size_t nundo, undo_cap; /* … with these sectors */
	uint8_t *dirty; size_t ndirty; /* a byte a sector: it is among undo */
	bool renamed;          /* since the last fsync */
	bool held;             /* a folder */
	uint64_t number;       /* of no other that is there, but an image */
};

struct sim_name {
	uint64_t hash;
	char *path;            /* owned */
	struct sim_inode *inode;
};

struct sim_names {
	struct sim_name *all;
	size_t n, cap;
};

struct sim_mount {
	char path[SIM_PATH_BYTES];
	bool away, readonly, vfat;
	uint64_t capacity;     /* bytes */
	uint64_t generation;   /* counts cuts: files opened before one are dead */
};

struct sim_clock;              /* one node's clock and randomness */

struct sim_world {
	struct sim_names now, durable;
	struct sim_mount *mounts;  /* SIM_MOUNTS_MAX; the first is the root */
	size_t nmounts;
	struct sim_clock *nodes;
	uint64_t seed, drawn;
	uint64_t operations;
	uint64_t fault_at;     /* 0: none */
	int fault_status;
	bool fault_stays, struck;
	uint64_t pull_at;      /* 0: never */
	struct sim_mount *pulled;
	void *vfs;             /* sim_vfs.c's, NULL before sim_databases */
	const uint8_t *first; size_t first_len; /* of new databases, or NULL */
};

struct file {                  /* an open one, of struct files or of a database */
	struct sim_inode *inode;
	struct sim_mount *mount;
	uint64_t generation;
	bool writable;
	bool holds;            /* its folder */
};

void *sim_need(void *p);       /* p, which is not NULL */
void sim_draw(uint64_t seed, uint64_t *drawn, uint8_t *buf, size_t len);

/* "a//b/./c/" and "/a/b/c" as "a/b/c": one name for one thing. */
void sim_tidy(const char *path, char ret[SIM_PATH_BYTES]);
bool sim_is_under(const char *path, const char *folder);
bool sim_is_directly_in(const char *path, const char *folder);

struct sim_inode *sim_inode_new(bool folder);
void sim_inode_drop(struct sim_inode *inode);
/* Writes at any place; what lies between is zero. */
void sim_inode_write(struct sim_inode *inode, size_t at, const uint8_t *buf, size_t len);
void sim_inode_truncate(struct sim_inode *inode, size_t len);
void sim_inode_sync(struct sim_inode *inode);
/* What the medium has of it: synced_len bytes. */
void sim_inode_synced(const struct sim_inode *inode, uint8_t *ret);

struct sim_inode *sim_look_up(const struct sim_names *names, const char *path);
void sim_link(struct sim_names *names, const char *path, struct sim_inode *inode);
void sim_unlink(struct sim_names *names, const char *path);
void sim_unlink_at(struct sim_names *names, size_t i);

bool sim_is_folder(const struct sim_world *w, const char *path);
bool sim_has_parent(const struct sim_world *w, const char *path);
struct sim_mount *sim_mount_of(struct sim_world *w, const char *path);
bool sim_has_room(struct sim_world *w, const struct sim_mount *m, size_t more);

/* Start of every operation: OK, or the fault that was asked for. */
int sim_step(struct sim_world *w);
int sim_enter(struct sim_world *w, const char *path, bool writes,
    char ret[SIM_PATH_BYTES], struct sim_mount **ret_mount);
int sim_enter_file(struct sim_world *w, const struct file *file);
struct file *sim_file_new(struct sim_inode *inode, struct sim_mount *mount,
    bool writable);
void sim_sync_folder(struct sim_world *w, const char *path);

void sim_vfs_free(struct sim_world *w);

#endif
