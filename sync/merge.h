/* Merge: verified segments into the store.
 *
 * State is a pure function of the set of segments.  What cannot be merged yet
 * (predecessor, certificate, roster or schema missing) is held and tried again
 * when its cause may be gone, never by timer.  One bad segment stops no other
 * stream. */
#ifndef SYNC_MERGE_H
#define SYNC_MERGE_H

#include "sync/keyring.h"
#include "sync/roster.h"
#include "sync/store.h"
#include "sync/verdict.h"

/* What hostile or broken input may cost at most. */
#define MERGE_MAX_STREAMS 1024    /* of one scope; also in a header's vector */
#define MERGE_MAX_HELD 4096       /* waiting for one reason, whole segments … */
#define MERGE_MAX_HELD_BYTES (256u * 1024 * 1024) /* … and their bytes */
#define MERGE_MAX_VERDICTS 256    /* said about one segment's rows */
#define MERGE_MAX_SCOPE_VERDICTS 8192 /* kept of one scope */
#define MERGE_SPACE_BYTES 32
#define MERGE_MAX_SEARCHES 256    /* for the writes that a segment's overwrite */

/* Local meta space: generations of the school's key under which segments came and that
 * were not here then, in decimal; at most KEYRING_MAX. */
#define MERGE_GENERATIONS "generation"

struct merge {
	struct store *store;
	const struct registry *registry;
	const struct roster *roster;   /* newest */
	const struct keyring *keys;    /* school keys, may be empty */
	uint64_t scope;                /* own school; SCOPE_COUNTY: takes every
	                                * scope, as a hub does */
	/* A hub's: says and keeps a verdict on a row, inside the transaction;
	 * NULL: this node passes none. */
	int (*judge)(void *ctx, const struct stream_id *stream, uint64_t seq,
	    uint32_t row, enum verdict_reason reason);
	void *judge_ctx;
	/* Who delivers: a school brings its own scope and the county's; NULL:
	 * anything. */
	const struct roster_cert *from;
	uint32_t searched;             /* scratch: in the segment at hand */
	const struct identity_public *self; /* own segments count before the
	                                * certificate is there; NULL: none */
	/* Rows end by this one in place of the store's; NULL: by the store's. */
	const struct checkpoint *ending;
	int64_t now_s;                 /* for what is noted for people */
	uint64_t epoch;                /* own, with self */
};

struct merge_result {
	uint32_t segments;     /* merged now */
	uint32_t known;        /* were here already */
	uint32_t held;         /* wait */
	uint32_t refused;      /* whole segments refused */
	uint32_t transactions, rows;
	uint32_t conflicts;    /* new entries in the inbox */
	uint32_t refused_rows; /* rows without right */
	uint32_t ended_rows;   /* rows that came after they had ended */
	uint64_t withdrawn;    /* transactions of revoked authors that went */
	bool copied;           /* somebody else wrote in our own epoch */
	int status;            /* why the last one was held or refused */
};

/* Two copies of a node that write under one name part a stream (docs/FORMAT.md,
 * "Branches"): it ends where they parted, and each way on is a stream named by its
 * first hash, on every replica alike, whatever came first. */

/* Takes one packed segment inside a merge transaction (store_begin_merge) and
 * adds to ret.  OK whatever becomes of the segment: ret tells.  Any other
 * status is the store's or memory's and the caller rolls back.  Own log must be
 * sealed before. */
int merge_segment(struct merge *m, const uint8_t *packed, size_t len,
    struct merge_result *ret) MUST_CHECK;

/* Tries everything held again: after a new roster or a new schema.  Verdicts of a
 * hub that is revoked now are dropped, and their rows judged anew. */
int merge_retry(struct merge *m, struct merge_result *ret) MUST_CHECK;

/* After a new schema: reads every stored segment again for the tables that
 * gained something (fresh: store_upgraded) and gives the new columns what their
 * authors wrote and when.  Inside a merge transaction; own log sealed before. */
int merge_upgrade(struct merge *m, const uint64_t *fresh, struct merge_result *ret)
    MUST_CHECK;

/* Takes a verdict whose signature was checked (data: its file): keeps it and
 * makes every row that it touches anew from the other writes.  Inside a merge
 * transaction; the same one again changes nothing. */
int merge_verdict(struct merge *m, const struct verdict *v, const uint8_t *data,
    size_t len) MUST_CHECK;
/* Only keeps it, for rows that were never applied.  EXISTS: kept already;
 * TOO_LARGE: the scope has MERGE_MAX_SCOPE_VERDICTS. */
int merge_verdict_keep(struct merge *m, const struct verdict *v, const uint8_t *data,
    size_t len) MUST_CHECK;
/* All of them, which belong to the state as segments do, into another store. */
int merge_verdict_copy(struct store *from, struct store *to) MUST_CHECK;
/* Visits those of a scope that were kept after the first so many.  ret_last: how many
 * there are now, to ask after next time. */
int merge_verdict_since(struct merge *m, uint64_t scope, uint64_t after,
    store_meta_visit *visit, void *ctx, uint64_t *ret_last) MUST_CHECK;
/* Space of store_meta_list in which the verdicts of a scope are kept. */
void merge_verdict_space(uint64_t scope, char ret[MERGE_SPACE_BYTES]);

/* Takes a checkpoint whose signature was checked, head and pieces, inside a merge
 * transaction; own log sealed before.  What has ended goes, and the history that the
 * pieces stand for; what is erased goes from the pieces.  A node that has that
 * history whole first compares what the pieces and the later segments make with what
 * it has: where they differ, or where its history is another one, the checkpoint is
 * kept and held, and nothing goes.  Whoever lacks some of the history believes the
 * signature, as a new machine does.  A held one is looked at again by
 * merge_checkpoint_retry.
 *   ret: OK applied; EXISTS this one or a later one is here; FORK another one with
 *   its number; EARLY held; else why the pieces cannot be read, nothing changed.
 * Afterwards store_truncate_log. */
int merge_checkpoint(struct merge *m, const struct checkpoint *c, const uint8_t *head,
    size_t head_len, const uint8_t *rest, size_t rest_len, int *ret) MUST_CHECK;
/* ret_applied: how many were. */
int merge_checkpoint_retry(struct merge *m, uint32_t *ret_applied) MUST_CHECK;
/* Makes the pieces of a scope's history up to the streams' through, by c's rules: out
 * of its segments and the pieces of the checkpoint before.  Fills in what the streams
 * say of them, lowering through where a segment cannot be thinned (a newer schema, a
 * private leaf that would go in part); streams with nothing to cut are taken out. */
int merge_thin(struct merge *m, struct checkpoint *c, struct buffer *ret_rest)
    MUST_CHECK;

/* Takes erased persons out of all that is stored or waits (store_erasing), inside a
 * merge transaction; own log sealed before.  What comes later is erased when it
 * comes.  Afterwards store_truncate_log. */
int merge_erase(struct merge *m) MUST_CHECK;
/* The same of one packed segment, as when an own one is sealed.  Appends nothing
 * where there was none to erase (ret_n 0). */
int merge_erase_packed(struct store *store, const struct registry *reg,
    const uint8_t *packed, size_t len, struct buffer *ret_packed, uint32_t *ret_n)
    MUST_CHECK;
/* Counts the leaves of a stored segment that were erased though nobody erased the
 * person.  They are taken all the same: the erasure mostly comes after them. */
int merge_erase_stubs(struct store *store, const struct registry *reg, const uint8_t *packed,
    size_t len, uint32_t *ret_n) MUST_CHECK;

#endif
