/* A simulated world for tests: one seed, settable clocks, and files in memory
 * that forget at a power cut what was not synced.
 *
 * One world has one tree of paths; a node is a struct env on it with its own
 * clock and randomness.  A stick is a mount: a folder that can be taken out
 * and put in again, made read-only, small, or vfat.  Single-threaded.  A test's
 * own mistakes end in an assert. */
#ifndef TESTS_SIM_SIM_ENV_H
#define TESTS_SIM_SIM_ENV_H

#include <stdbool.h>

#include "sync/env.h"

struct sim_world;
struct sim_world *sim_world_new(uint64_t seed);
void sim_world_free(struct sim_world *w); /* and its nodes */

/* A node's view; owned by the world.  The same seed gives the same bytes. */
const struct env *sim_node(struct sim_world *w, uint64_t seed, int64_t start_s);
/* Databases live on the simulated disk too, of nodes made from then on: their
 * writes count as operations, fail and are forgotten as those of files.  The
 * name of the VFS, borrowed from the world. */
const char *sim_databases(struct sim_world *w);
/* From now on a database that is created begins with these bytes, synced, in place of
 * none; borrowed.  NULL: with none. */
void sim_first_bytes(struct sim_world *w, const uint8_t *data, size_t len);
/* From now on all randomness, of the world and of its nodes, is of this seed. */
void sim_reseed(struct sim_world *w, uint64_t seed);
void sim_set_clock(const struct env *node, int64_t to_s);
/* The disk was put into another machine; a node's first one is its seed. */
void sim_set_machine(const struct env *node, uint64_t machine);

/* A folder that lasts over power cuts, where a medium hangs.  The root "" is
 * mounted from the start; of nested mounts the longest path counts. */
void sim_mount(struct sim_world *w, const char *path);
/* Pulled out: what was not synced is lost, its open files fail for good. */
void sim_unplug(struct sim_world *w, const char *path);
void sim_plug(struct sim_world *w, const char *path);
void sim_set_readonly(struct sim_world *w, const char *path, bool readonly);
void sim_set_capacity(struct sim_world *w, const char *path, uint64_t bytes);
/* As Linux writes vfat: a rename leaves an empty file after a cut unless the
 * file is synced once more. */
void sim_set_vfat(struct sim_world *w, const char *path, bool vfat);

enum sim_cut {
	SIM_DROP_ALL,   /* all that was not synced is gone */
	SIM_KEEP_SOME   /* each unsynced sector, length and name is kept or not, by
	                 * the seed */
};
/* Cuts the power of everything that is plugged in.  Open files fail from then
 * on; close them.  Clears the fault. */
void sim_power_cut(struct sim_world *w, enum sim_cut how);

/* Of what hangs at one mount only: one machine's power. */
void sim_power_cut_at(struct sim_world *w, const char *path, enum sim_cut how);

/* Operations so far: calls of struct files but close and drop_cache, and reads,
 * writes, truncations, syncs, openings and removals of databases. */
uint64_t sim_operations(const struct sim_world *w);
/* The n-th operation from now (1: the next) fails with status, once. */
void sim_fail_at(struct sim_world *w, uint64_t n, int status);
/* From the n-th on everything fails with IO until the power is cut: as if the
 * process were killed there. */
void sim_stop_at(struct sim_world *w, uint64_t n);
void sim_no_fault(struct sim_world *w);
/* The n-th operation from now finds the medium at this mount pulled out. */
void sim_pull_at(struct sim_world *w, const char *mount, uint64_t n);
bool sim_struck(const struct sim_world *w); /* the fault asked for last */

/* Looks and tampers from outside, without counting. */
bool sim_exists(const struct sim_world *w, const char *path);
/* NULL when not there; borrowed until the next operation. */
const uint8_t *sim_peek(const struct sim_world *w, const char *path, size_t *ret_len);
/* Puts a file there, synced, in place of any. */
void sim_poke(struct sim_world *w, const char *path, const uint8_t *data, size_t len);
void sim_remove(struct sim_world *w, const char *path); /* one file, if there */
/* Removes all that is under path, at once. */
void sim_erase(struct sim_world *w, const char *path);
/* Copies all that is under from to the same names under to, synced: a clone, a
 * backup, an older state put back. */
void sim_copy(struct sim_world *w, const char *from, const char *to);
/* The same with the same inodes: an image of a disk. */
void sim_image(struct sim_world *w, const char *from, const char *to);
uint64_t sim_used(struct sim_world *w, const char *mount); /* bytes */
/* Regular files anywhere under path, as the process sees them. */
typedef void sim_file(void *ctx, const char *path, const uint8_t *data, size_t len);
void sim_each(const struct sim_world *w, const char *path, sim_file *visit, void *ctx);
/* … as the medium has them when the power goes just now. */
void sim_each_synced(const struct sim_world *w, const char *path, sim_file *visit, void *ctx);
size_t sim_count(const struct sim_world *w, const char *path);

#endif
