/* What the files replica_*.c share.  Nobody else includes it. */
#ifndef SYNC_REPLICA_INTERNAL_H
#define SYNC_REPLICA_INTERNAL_H

#include "sync/merge.h"
#include "sync/receipt.h"
#include "sync/replica.h"

#define REPLICA_PATH_BYTES 4096
#define REPLICA_DETAIL_BYTES 256

struct replica {
	const struct env *env;
	const struct registry *registry;
	struct store *store;
	struct identity self;
	struct identity sealings[2];   /* a hub's later sealing keys, in use first */
	size_t nsealings;
	struct roster roster;
	bool roster_ahead;             /* of its file, which could not be read */
	struct keyring keys;           /* as in their file */
	uint8_t issuing_sk[64];        /* hub only */
	uint8_t root_pk[32];           /* the trust anchor */
	uint64_t *rights;              /* scratch, registry->ntables */
	uint64_t county, scope, epoch;
	uint64_t ids;                  /* drawn at each opening: two copies of one
	                                * directory never give an id to two rows */
	uint8_t role;
	char dir[REPLICA_PATH_BYTES];
	char detail[REPLICA_DETAIL_BYTES];
	bool away;                     /* the folder failed */
	/* What goes over the network is made anew where a power cut broke it, so that
	 * its files are not synced: env with files that do not. */
	struct env passing;
	struct files passing_files;
	const struct env *carrier;     /* of the export in hand: env, or passing */
	struct relay *relay;           /* what a relay keeps, once it was read */
	bool reclaim;                  /* there is space to give back */
	uint64_t erased_noted;         /* persons in the list beside the database */
	struct file *held;             /* replica_hold_birth, while a node begins */
};

/* An empty one; NULL without memory. */
struct replica *replica_new(const char *dir, const struct env *env,
    const struct replica_domain *domain);
int replica_open_store(struct replica *r, const struct replica_domain *domain,
    bool create) MUST_CHECK;
/* Draws an epoch that no stream of ours has, and keeps it. */
int replica_new_epoch(struct replica *r, uint64_t *ret) MUST_CHECK;
/* DIR/name into ret; TOO_LARGE when it does not fit. */
int replica_path(const char *dir, const char *name, char ret[REPLICA_PATH_BYTES])
    MUST_CHECK;
void replica_say(struct replica *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Small numbers of this node, in meta space "self"; 0 when not there. */
int replica_number(struct replica *r, const char *name, uint64_t *ret) MUST_CHECK;
int replica_set_number(struct replica *r, const char *name, uint64_t value)
    MUST_CHECK;

/* Sets carrier. */
void replica_carry(struct replica *r, bool synced);

/* The status of a step that works at the folder: notes when it failed. */
int replica_away(struct replica *r, int status) MUST_CHECK;

/* One key to one sealing key, as a row; inside a local transaction. */
int replica_add_wrap(struct replica *r, const struct school_key *key,
    const uint8_t seal_pk[32]) MUST_CHECK;
/* After rows came in: takes the school's keys that are wrapped to this device or
 * to the sheet that it was set up with, reads what they open, and wraps every key
 * to itself, its sheet and its siblings where that was not done.  A newest key
 * that was wrapped to a revoked device gets a successor.  A node of no school:
 * nothing. */
int replica_take_keys(struct replica *r) MUST_CHECK;
/* Under which private columns are sealed: one that is on the disk, and that the wraps to
 * this device and to its sheet open.  NULL at a node of no school. */
int replica_key_in_use(struct replica *r, const struct school_key **ret) MUST_CHECK;
/* Whether a certificate is another device of the same school, not revoked.  At a
 * machine that took a lost one's place, the devices before it count from when they
 * say that they know it: the lost one never does. */
int replica_is_sibling(struct replica *r, const struct roster_cert *cert,
    bool *ret) MUST_CHECK;
/* The list of erased persons beside the database: written when there are new ones;
 * taken in (docs/FORMAT.md "Erased persons") from a file or from our own. */
#define REPLICA_PERSON_MAX_BYTES 4096
int replica_note_erased(struct replica *r) MUST_CHECK;
int replica_replay_erased(struct replica *r) MUST_CHECK;
int replica_take_erased(struct replica *r, const uint8_t *data, size_t len) MUST_CHECK;
/* Makes the directory and keeps other set-ups and restores out of it until *ret_held is
 * closed; BUSY where one is at work. */
int replica_hold_birth(const struct env *env, const char *dir,
    struct file **ret_held) MUST_CHECK;
/* Clears away what an interrupted set-up left; EXISTS when a node is there. */
int replica_clear_unborn(const struct env *env, const char *dir,
    const struct replica_domain *domain) MUST_CHECK;
/* Whether a restore in this directory has not ended; the copy of the database that
 * a cut backup left. */
int replica_restoring(const char *dir, const struct env *env, bool *ret) MUST_CHECK;
int replica_remove_snapshot(const char *dir, const struct env *env) MUST_CHECK;
#define REPLICA_PLAN "roster-plan" /* of versions that kept a class list there, in clear */
/* replica_open, also where a restore has not ended. */
int replica_open_raw(const char *dir, const struct env *env,
    const struct replica_domain *domain, struct replica **ret) MUST_CHECK;
/* Generations of the school's key that travel and that this node cannot open. */
int replica_locked(struct replica *r, uint64_t *ret) MUST_CHECK;

/* Inside a merge transaction: goes on in a new epoch.  After it committed
 * replica_mark_left; when it did not, the caller puts r->epoch back. */
int replica_leave_epoch(struct replica *r) MUST_CHECK;
/* The same because another copy of this directory writes under its name, which
 * people are told: what both wrote is kept. */
int replica_found_copy(struct replica *r) MUST_CHECK;
/* Takes out of acked what a hub has of streams under our numbers, and with other
 * hashes: its newest receipt says so. */
int replica_doubt_acked(struct replica *r, const struct node_id *hub,
    struct vector *acked) MUST_CHECK;
/* Takes streams out of which something came that fits nowhere: whoever has them
 * sends them whole then, and with them where their branches part. */
int replica_leave_doubted(struct replica *r, struct vector *said) MUST_CHECK;
#define REPLICA_RECEIPT_NAME 40
/* Under which the newest receipt of a hub is kept, in meta space "receipt". */
void replica_receipt_name(uint64_t scope, const struct node_id *by,
    char ret[REPLICA_RECEIPT_NAME]);

/* Before the first byte leaves: says in the sidecar what leaves. */
int replica_mark_left(struct replica *r) MUST_CHECK;
/* Installs a signed roster (file, memory) when its number is higher and tries
 * held segments again.  ret_taken: whether it was. */
int replica_take_roster(struct replica *r, const uint8_t *data, size_t len,
    bool *ret_taken) MUST_CHECK;
/* What a hub set aside as it took a roster of newer keys whole; with the next issuing
 * key it joins that one in memory.  OK also where there is nothing. */
#define REPLICA_ROSTER_ASIDE "roster.aside"
int replica_join_aside(struct replica *r, const uint8_t issuing_sk[64]) MUST_CHECK;
/* After a change of the issuing key that was cut: the key that the roster names. */
int replica_settle_issuing(struct replica *r) MUST_CHECK;
/* After a change of the sealing key that was cut or failed: puts it in use, and the key
 * before the last is gone.  Where the roster names one whose secret is not here (the hub
 * was put back), draws another. */
int replica_settle_sealing(struct replica *r) MUST_CHECK;
/* bundle_reader_open with the keys that this node has.  SEAL_GONE. */
int replica_open_bundle(struct replica *r, struct bundle_reader *reader,
    struct bundle_manifest *ret) MUST_CHECK;
/* The root key into two files, each opened again with the passphrase. */
int replica_save_root(const struct env *env, const struct replica_hub_options *o,
    const uint8_t root_sk[64]) MUST_CHECK;
/* Reads the roster beside the database. */
int replica_load_roster(struct replica *r) MUST_CHECK;
/* After a change that did not get into the file: memory must not run ahead of it.  Where it
 * cannot be read (CORRUPT) nothing is begun or sealed until it can. */
int replica_put_roster_back(struct replica *r, int status) MUST_CHECK;
/* A certificate arrived or changed: what waited for it may go on. */
int replica_retry_held(struct replica *r) MUST_CHECK;
/* The same where it failed when the roster came. */
int replica_settle_held(struct replica *r) MUST_CHECK;
/* What a store made anew out of our segments notes otherwise: bits of enum replica_book. */
int replica_compare_books(struct replica *r, struct store *anew, unsigned *ret)
    MUST_CHECK;
/* Signs the changed roster with the next number and installs it. */
int replica_publish_roster(struct replica *r) MUST_CHECK;
/* When the schema rose: a hub grants what is new in it, then everything stored
 * is read for what the older program passed over.  What fails is done at the
 * next opening. */
int replica_upgrade(struct replica *r) MUST_CHECK;
struct merge replica_merge(struct replica *r);

/* What is known of another node; in meta space "peer" under its id. */
#define PEER_SENT_MAX 8
#define PEER_NUMBER_MAX (UINT64_C(1) << 62) /* of bundles that are believed in */
struct peer_sent {
	uint64_t number;       /* of a bundle that left for the peer */
	struct vector vector;  /* our vector as it stood */
	uint64_t verdicts;     /* a hub's: it, and those before, carried so many */
	char name[FOLDER_NAME_BYTES]; /* of its file; "": it may not have been written */
};
struct peer {
	struct node_id node;
	struct vector acked;   /* what the peer said that it has */
	uint64_t received;     /* highest bundle number taken in from it */
	uint64_t sent;         /* highest bundle number made for it … */
	uint64_t floor;        /* … of which those through this one may be another
	                        * copy's, or carry what was lost here since */
	uint64_t told;         /* our bundle that it acknowledged */
	uint64_t ended;        /* the checkpoint that it says it has */
	uint64_t ended_said;   /* the one that we said we have */
	uint64_t verdicts;     /* of its scope: it has so many of those in order */
	int64_t contact_s;     /* our clock when its newest bundle came; 0 never */
	uint8_t content[HASH_BYTES];   /* of what the last bundle carried */
	char last_name[FOLDER_NAME_BYTES]; /* its file's name */
	uint8_t receipt[HASH_BYTES];   /* receipt entries last sent … */
	uint64_t receipt_since;        /* … first in this bundle */
	struct peer_sent sents[PEER_SENT_MAX];
	size_t nsents;
};
/* A peer never met is empty.  Released by the caller also on failure. */
int peer_load(struct replica *r, const struct node_id *node, struct peer *ret)
    MUST_CHECK;
int peer_save(struct replica *r, const struct peer *p) MUST_CHECK;
void peer_release(struct peer *p);
/* After this node was put back to an older state: what it told its peers is not
 * known any more, and neither are the numbers of its bundles; the next ones say
 * everything anew. */
int peer_forget_told(struct replica *r) MUST_CHECK;
/* Vector that the peer is known to have been told; NULL: nothing. */
const struct vector *peer_told(const struct peer *p);
/* The next bundle to it says everything anew, whatever lies there. */
void peer_forget_sent(struct peer *p);
/* What the next bundle to it says of us: news, or all. */
int replica_manifest(struct replica *r, const struct peer *p, const struct vector *shared,
    struct bundle_manifest *ret) MUST_CHECK;
int peer_add_sent(struct peer *p, uint64_t number, const struct vector *v,
    uint64_t verdicts) MUST_CHECK;
/* It took our bundle in, and knows this of us since (bundle_manifest.heard).  Where
 * that is not what we had then, it heard a copy of us, or forgot: we say all anew. */
int peer_acknowledge(struct peer *p, uint64_t number,
    const uint8_t heard[VECTOR_DIGEST_BYTES]) MUST_CHECK;

/* The streams of a scope that are shared with a peer: its scope and the
 * county's.  Appends into ret (released by the caller). */
int replica_shared_vector(struct replica *r, uint64_t scope, struct vector *ret)
    MUST_CHECK;

/* ---- what lies in a folder (replica_folder.c) ---- */
/* A bundle's header, without its request. */
int replica_header(struct replica *r, const char *folder, const char *name,
    struct bundle_info *ret) MUST_CHECK;
struct replica_lying {         /* zero before open; folder outlives it */
	const char *folder;
	bool fresh;                /* there was no KEHOU */
	struct folder_entry *files;
	size_t n;
	struct replica_header {
		bool read, bundle;
		struct bundle_info info;
	} *headers;
};
/* NOT_FOUND: there is no KEHOU yet, and nothing in it.  Released also on failure. */
int replica_lying_open(struct replica *r, const char *folder, struct replica_lying *ret)
    MUST_CHECK;
void replica_lying_release(struct replica_lying *l);
/* NULL: file i is no bundle. */
const struct bundle_info *replica_lying_header(struct replica *r, struct replica_lying *l,
    size_t i);
/* Whether bundle i is whole and of our making: a stick pulled out too early leaves a name
 * with other bytes. */
bool replica_lying_ours(struct replica *r, struct replica_lying *l, size_t i);
/* Whether the node has a bundle there, from it or for it. */
bool replica_lying_has(struct replica *r, struct replica_lying *l,
    const struct node_id *node);
/* After a failure before anything was handed on: the roster (its name, or "") and the
 * folder go again where they were not there before. */
void replica_lying_undo(struct replica *r, const struct replica_lying *l,
    const char *roster);
/* Its header stays. */
int replica_lying_remove(struct replica *r, struct replica_lying *l, size_t i) MUST_CHECK;

/* ---- a relay's (replica_relay.c) ---- */
void replica_relay_free(struct relay *l);
bool replica_relay_knows(struct replica *r, const char *name);
/* Keeps the bundle of reader, whose file is given.  EXISTS when what is kept makes
 * it superfluous; ret_ours: this machine failed. */
int replica_relay_take(struct replica *r, struct file *file, struct bundle_reader *reader,
    bool *ret_ours, uint64_t *ret_scope) MUST_CHECK;
/* Hands on into the folder what is for `only`, else as replica_export. */
int replica_relay_export(struct replica *r, struct replica_lying *there, bool all,
    const struct node_id *only, struct replica_export *ret) MUST_CHECK;
/* Number of the newest checkpoint of a school that is here, held or applied. */
int replica_ended(struct replica *r, uint64_t scope, uint64_t *ret) MUST_CHECK;
/* A checkpoint's file out of a bundle, inside the transaction; ret as
 * merge_checkpoint's, or why it is not believed. */
int replica_take_checkpoint(struct replica *r, const struct roster_cert *from,
    const uint8_t *data, size_t len, int *ret) MUST_CHECK;
/* The applied checkpoint of a school as one file; empty without one. */
int replica_checkpoint_file(struct replica *r, uint64_t scope, struct buffer *ret)
    MUST_CHECK;
/* A hub's checkpoints after its issuing key changed: made anew under the next
 * number, so that they hold wherever the new roster does. */
int replica_renew_checkpoints(struct replica *r) MUST_CHECK;
/* After a checkpoint was applied: gives the space back.  That it cannot, for want of
 * room to do so, loses nothing. */
int replica_reclaim(struct replica *r) MUST_CHECK;

void replica_hex(const uint8_t *data, size_t len, char *ret /* 2 * len + 1 */);

#endif
