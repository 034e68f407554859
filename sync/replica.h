/* One node: its data directory opened, and what it does in exchange.
 *
 *   DIR/kehou.db   the store          DIR/keys/node.key, school.keys,
 *   DIR/roster     newest roster          issuing.key (hub)
 *   DIR/sidecar    identity of this copy, and what left it last
 *   DIR/relay/     at a relay: bundles on their way
 *   DIR/erased     who was erased, wherever the database is put back to
 *
 * This is the engine's face to programs.  One thread; one process a directory
 * (LOCKED). */
#ifndef SYNC_REPLICA_H
#define SYNC_REPLICA_H

#include "sync/bundle.h"
#include "sync/folder.h"
#include "sync/keyring.h"
#include "sync/proof.h"
#include "sync/store.h"

struct replica;

struct replica_domain {        /* what the schema hands the engine */
	const struct registry *registry;
	const char *const *migrations;
	const struct store_function *functions; /* or NULL */
};

struct replica_hub_options {
	uint64_t county;           /* six digits */
	const char *name;          /* UTF-8 */
	const char *passphrase;    /* of the root key; PASSPHRASE_MIN_BYTES */
	const char *root_copies[2];/* paths for the two copies; both are read back
	                            * and opened before init succeeds */
};
/* EXISTS when dir holds a node already, BUSY while another program makes one in it, here
 * and below; nothing is changed then. */
int replica_init_hub(const char *dir, const struct env *env,
    const struct replica_domain *domain, const struct replica_hub_options *options)
    MUST_CHECK;
/* ret_recovery: text of the recovery secret, to be printed once. */
int replica_init_school(const char *dir, const struct env *env,
    const struct replica_domain *domain, const uint8_t *invite, size_t invite_len,
    char ret_recovery[RECOVERY_TEXT_BYTES]) MUST_CHECK;

/* A node that hands bundles on between schools and hub and can read none. */
int replica_init_relay(const char *dir, const struct env *env,
    const struct replica_domain *domain, const uint8_t *invite, size_t invite_len)
    MUST_CHECK;

/* A new machine in place of a lost one: as init_school, with the text of the
 * school's recovery sheet, which stays the sheet.  What was delivered comes back
 * with the hub's bundles; the first import that brings the wrapped keys opens the
 * private columns.  A text that is none: as recovery_parse, nothing is made. */
int replica_init_again(const char *dir, const struct env *env,
    const struct replica_domain *domain, const uint8_t *invite, size_t invite_len,
    const char *sheet) MUST_CHECK;

int replica_open(const char *dir, const struct env *env,
    const struct replica_domain *domain, struct replica **ret) MUST_CHECK;
void replica_close(struct replica *r);
struct store *replica_store(struct replica *r);
/* Another one after a restore or a copy of the directory. */
uint64_t replica_epoch(const struct replica *r);
const struct roster *replica_roster(const struct replica *r);
const struct identity_public *replica_self(const struct replica *r);
uint8_t replica_role(const struct replica *r);   /* enum roster_role */
uint64_t replica_scope(const struct replica *r); /* school number, 0 at a hub */
const char *replica_detail(const struct replica *r); /* of the last failure */
/* Whether the export or import that failed last failed at the folder, not at this
 * machine's own disk. */
bool replica_failed_away(const struct replica *r);

/* Begins a captured local transaction in a scope and lane, with this node's
 * rights; store_commit or store_rollback ends it. */
int replica_begin(struct replica *r, uint64_t scope, enum lane lane, int64_t staff)
    MUST_CHECK;

/* Takes the persons whom a committed transaction erased out of everything that this
 * node keeps.  What a crash leaves over, the next opening does. */
int replica_erase(struct replica *r) MUST_CHECK;

/* Hub: a new invitation; the roster gains its public half. */
struct replica_invite {
	uint8_t role;              /* ROLE_SCHOOL or ROLE_RELAY */
	struct roster_school school; /* added to the roster when new */
};
int replica_invite(struct replica *r, const struct replica_invite *in,
    struct buffer *ret_file) MUST_CHECK;

/* Hub: what was invited so and not used yet is refused from the next roster on.
 * NOT_FOUND when there is nothing, RIGHTS. */
int replica_withdraw(struct replica *r, uint8_t role, uint64_t school) MUST_CHECK;

/* School: a new recovery sheet and a new key of the school.  The sheet opens every
 * key that this device has; those of before open none that is made from now on.
 * RIGHTS at a node of no school or one that is revoked, TOO_LARGE when the school has
 * KEYRING_MAX keys. */
int replica_recovery_new(struct replica *r, char ret_text[RECOVERY_TEXT_BYTES])
    MUST_CHECK;

/* Cuts what is logged into segments; everything own is in segments then. */
int replica_seal(struct replica *r) MUST_CHECK;

/* Hub: a node's word counts no more, but for what is stored here of it now.
 * NOT_FOUND, EXISTS when it is revoked already, USAGE for a hub, RIGHTS.  Records
 * of it that another device of the school has and this hub lacks are refused from
 * then on: let the others deliver first. */
int replica_revoke(struct replica *r, const struct node_id *node) MUST_CHECK;

/* Hub: a new issuing key under the county's root key, for instance where the last one
 * was lost; certificates are signed anew, nodes keep their keys.  STALE when the
 * copy is not of the newest root; PASSPHRASE, CORRUPT, NOT_FOUND of the copy. */
int replica_root_issue(struct replica *r, const char *root_copy, const char *passphrase)
    MUST_CHECK;
/* Hub: a new root key, in the two files next->root_copies under next->passphrase (of
 * next only these and the county count), and a new issuing key below it.  What the
 * last root or issuing key signs counts no more at a node that has heard of it. */
int replica_root_rotate(struct replica *r, const char *root_copy, const char *passphrase,
    const struct replica_hub_options *next) MUST_CHECK;

/* Hub: a new sealing key, which schools learn of with the roster.  What is sealed to the
 * one before is opened until the next change; what is sealed to older ones never again.
 * RIGHTS not a hub, STALE its issuing key signs no more. */
int replica_sealing_new(struct replica *r) MUST_CHECK;

struct replica_export {        /* what happened */
	uint32_t bundles;          /* written and read back */
	uint32_t unchanged;        /* recipients for whom nothing is new */
	uint32_t removed;          /* own superseded bundles removed */
	uint64_t transactions, bytes;
};
/* Seals what is logged, then writes a bundle for every recipient that lacks
 * something: a school → its hub and the school's other devices (once certified
 * itself); a hub → schools (only those that have files on the stick, unless all
 * is true).  A relay hands on what it keeps: all that is for the hub, and for others
 * as a hub does; what it dropped it takes away.  Also writes the newest roster.  On failure nothing half-written
 * stands under a final name. */
int replica_export(struct replica *r, const char *folder, bool all,
    struct replica_export *ret) MUST_CHECK;

/* The same for one of these nodes alone, whether it has files there or not. */
int replica_export_to(struct replica *r, const char *folder, const struct node_id *node,
    struct replica_export *ret) MUST_CHECK;
/* Puts the newest roster there, where it is not, for whoever asks over the network; nothing is
 * noted.  ret_name: of its file. */
int replica_export_roster(struct replica *r, const char *folder,
    char ret_name[FOLDER_NAME_BYTES]) MUST_CHECK;
/* Only what is urgent and the node lacks (incidents), in a small bundle that goes ahead;
 * what replica_export made keeps its place.  Nothing of it: unchanged. */
int replica_export_urgent(struct replica *r, const char *folder,
    const struct node_id *node, struct replica_export *ret) MUST_CHECK;
/* For whom a bundle in a folder is; MALFORMED. */
int replica_recipient(struct replica *r, const char *folder, const char *name,
    struct node_id *ret) MUST_CHECK;
/* Whether a bundle of this name was taken in before (at a relay: is kept, or was and
 * is needed no more), or it is our roster's. */
bool replica_has_seen(struct replica *r, const char *name);

/* A copy of the whole node: database, keys, roster, settings, photographs.  Between
 * new, which needs the replica, and write nobody need hold the directory. */
struct replica_backup;
int replica_backup_new(struct replica *r, struct replica_backup **ret) MUST_CHECK;
/* Writes the sealed file, and reads it back.  It opens with the school's recovery
 * sheet, a hub's with the county's root key; with the passphrase too where one is
 * given.  Beside it, with REPLICA_ERASED_SUFFIX, the list of erased persons, where
 * there are any.  EXISTS; USAGE without any key. */
#define REPLICA_ERASED_SUFFIX ".erased"
int replica_backup_write(struct replica_backup *b, const char *path,
    const char *passphrase, uint64_t *ret_bytes) MUST_CHECK;
void replica_backup_free(struct replica_backup *b);
/* When the last one was written here, and its size; NOT_FOUND.  Not part of a backup. */
int replica_last_backup(const char *dir, const struct env *env, int64_t *ret_s,
    uint64_t *ret_bytes) MUST_CHECK;

struct backup_reader;
struct replica_erased {        /* a list of erased persons, as it lies beside a backup */
	const uint8_t *data;
	size_t len;
	bool named;                /* by people: without it there is no restore */
	int status;                /* set: OK, or why it erased nobody */
};
struct replica_restored {
	uint8_t role;              /* enum roster_role */
	uint64_t scope;
	int64_t time_s;            /* when the backup was made */
	uint64_t erased;           /* persons whom the lists name and the backup did not */
};
/* A node out of an opened backup, in a directory that holds none: a new epoch, and
 * whom the lists name is erased before it returns.  Lists count when they are
 * signed by this node, its county's hub or its school's other devices; others are
 * passed over, but one that was named fails the restore.  On failure what it put there
 * goes again, and no other file; what a crash leaves is no node, and the next restore
 * clears it away.  EXISTS when dir holds a node, or a file by a name of the backup's; BUSY
 * while another program makes a node in it. */
int replica_restore(const char *dir, const struct env *env,
    const struct replica_domain *domain, struct backup_reader *in,
    struct replica_erased *lists, size_t n, struct replica_restored *ret) MUST_CHECK;

enum replica_outcome {
	REPLICA_MERGED = 1, REPLICA_KNOWN, REPLICA_PARTLY, REPLICA_REFUSED,
	REPLICA_OTHERS, /* for another node: left alone */
	REPLICA_KEPT    /* at a relay: stored here, to be handed on */
};
struct replica_file {          /* one file of an import */
	char name[FOLDER_NAME_BYTES];
	enum replica_outcome outcome;
	int status;                /* why refused or partly */
	struct node_id sender;
	uint64_t scope;
	uint32_t segments, transactions, rows, held, conflicts, refused_rows;
};
typedef void replica_file_report(void *ctx, const struct replica_file *file);
struct replica_import {
	uint32_t merged, known, partly, refused, others, kept, ignored;
	uint32_t rosters;          /* how many of merged and known are one */
	int roster_status;         /* why a roster was refused; OK: none was */
	uint64_t transactions, rows, conflicts, held;
};
/* Takes rosters first, then bundles for this node.  One bad file stops no
 * other.  OK also when files were refused: look at ret.  Bundles are reported, rosters
 * only counted. */
int replica_import(struct replica *r, const char *folder,
    replica_file_report *report, void *ctx, struct replica_import *ret) MUST_CHECK;

/* ---- at a relay; elsewhere these do nothing ----
 * It keeps a bundle (DIR/relay, synced before anybody hears of it) until a later one of
 * the same sender replaces it, its recipient says that it has it, or delivered is
 * called.  Refused: a signature that is not of the roster, a way that bundles do not
 * go (RIGHTS), TOO_LARGE beyond 64 files or 256 MiB of one pair or the limits below. */
#define RELAY_MAX_FILES 4000
#define RELAY_MAX_BYTES (UINT64_C(2) << 30)
/* The recipient itself said that it has taken in the bundle of this name. */
int replica_delivered(struct replica *r, const char *name) MUST_CHECK;
/* By this node: whom it speaks to tells its nodes from strangers. */
void replica_prove(const struct replica *r, const char *what, uint8_t ret[PROOF_BYTES]);
/* Who sent through this relay within 90 days and is in the roster: answers for them
 * are worth fetching. */
typedef int replica_client_visit(void *ctx, const struct node_id *node);
int replica_clients(struct replica *r, replica_client_visit *visit, void *ctx) MUST_CHECK;
int replica_kept(struct replica *r, uint32_t *ret_files, uint64_t *ret_bytes) MUST_CHECK;

/* ---- sticks that a hub gives out; elsewhere replica_stick does nothing ----
 * A stick is known again by an empty file in its KEHOU, eight hexadecimal digits and .KHS,
 * which the hub makes there.  What is known of it stays in the hub's database. */
#define REPLICA_STICK_SCHOOLS 64
#define REPLICA_STICK_LABEL_BYTES 64
struct replica_stick {
	char mark[FOLDER_MARK_BYTES];
	uint32_t number;           /* 1, 2 … in the order in which they were given out */
	char label[REPLICA_STICK_LABEL_BYTES]; /* UTF-8, as people named it; may be empty */
	int64_t out_s;             /* since when it is out; 0: it came back */
	int64_t last_s;            /* when it was last here */
	uint32_t nschools;         /* for whom it carried something then */
	uint64_t schools[REPLICA_STICK_SCHOOLS];
};
/* After an export to it (out), or an import from it.  label: of a stick that is new. */
int replica_stick(struct replica *r, const char *folder, bool out, const char *label)
    MUST_CHECK;
typedef int replica_stick_visit(void *ctx, const struct replica_stick *s);
int replica_sticks(struct replica *r, replica_stick_visit *visit, void *ctx) MUST_CHECK;
enum replica_stick_word {
	REPLICA_STICK_LABEL = 1,
	REPLICA_STICK_KEPT,        /* it is back, in a drawer */
	REPLICA_STICK_FORGET       /* lost, or another's now */
};
/* NOT_FOUND; USAGE: an empty or a long label. */
int replica_stick_set(struct replica *r, uint32_t number, enum replica_stick_word word,
    const char *label) MUST_CHECK;

struct replica_status {
	uint64_t transactions;     /* own, ever */
	uint64_t waiting;          /* own, not yet confirmed merged by the hub */
	uint64_t stored_only;      /* own, confirmed stored but not merged */
	uint64_t others_waiting;   /* of the school's other devices, here, not yet
	                            * confirmed merged by the hub */
	int64_t confirmed_s;       /* author's time of the newest transaction up to
	                            * which all own are confirmed merged, at most
	                            * receipt_s; 0 none */
	int64_t receipt_s;         /* time on the newest receipt; 0 none */
	uint32_t exceptions;       /* the hub's, on our streams */
	bool certified;            /* our certificate stands in our roster */
	uint64_t held, inbox, roster;
	uint64_t ends_held;        /* checkpoints that do not fit what is here */
	uint64_t locked;           /* generations of the school's key that this node
	                            * cannot open: their private columns are not here */
	int64_t last_export_s, last_import_s; /* 0 never */
	int64_t copied_s;          /* when this node first found that another copy, or
	                            * another state, of its directory is in use under
	                            * its name; 0 never */
	int64_t renewed_s;         /* when this node last found at its start that it was
	                            * copied, moved or put back, and began an epoch; 0 not
	                            * within a month of now */
	uint64_t roster_refused;   /* number of the newest roster of the county that was refused:
	                            * two hubs sign, or somebody has a key; 0: none within a month
	                            * of now, or a higher one was taken since */
	uint32_t branches;         /* streams here that two copies of a node parted */
	bool invite_used;          /* another machine used the invitation that this one
	                            * was set up with, so the county takes nothing of it */
	bool invite_withdrawn;     /* the county took it back before this one was enrolled */
	bool revoked;              /* the county takes nothing more of this node … */
	uint64_t only_here;        /* … and so many own transactions are not with it */
	uint32_t uninvited;        /* hub: machines of roster_uninvited */
};
int replica_status(struct replica *r, struct replica_status *ret) MUST_CHECK;

/* Hub: one line per school. */
struct replica_school {
	const struct roster_school *school;
	bool enrolled;
	int64_t last_contact_s;    /* newest bundle taken in; 0 never */
	int64_t merged_time_s;     /* author's time of its newest merged transaction, at
	                            * most now */
	uint64_t transactions, held;
};
typedef int replica_school_visit(void *ctx, const struct replica_school *s);
int replica_schools(struct replica *r, replica_school_visit *visit, void *ctx)
    MUST_CHECK;

/* Hub: ends a school's records by rules (checkpoint.h; scope and rules are read):
 * rows that end go everywhere, and of the history whose transactions are all before
 * before_s only what has not ended is kept.  What ended before stays ended.
 *   EXISTS   no row would end, and nothing more of the history give way
 *   RIGHTS   not a hub;  NOT_FOUND no such school
 *   TOO_LARGE what is left is more than CHECKPOINT_MAX_BYTES
 *   FORK     what is left does not make the state that is here: nothing was done
 * look: all of it is done, counted and taken back.
 * Nothing is done by itself, ever.  Afterwards replica_reclaim_all once. */
struct replica_ended {
	uint64_t number;           /* of the checkpoint */
	uint64_t rows;             /* that went out of the tables here */
	uint64_t streams;          /* whose history was cut */
	uint64_t segments, bytes;  /* packed, that gave way */
	uint64_t pieces, left;     /* what is left of them: pieces, bytes */
};
int replica_end(struct replica *r, const struct checkpoint *rules, int64_t before_s,
    bool look, struct replica_ended *ret) MUST_CHECK;
/* Gives the file system back what was freed. */
int replica_reclaim_all(struct replica *r) MUST_CHECK;

enum replica_book {            /* what is noted of segments */
	REPLICA_BOOK_HASHES = 1, REPLICA_BOOK_TIMES = 2,
	REPLICA_BOOK_COUNTS = 4, REPLICA_BOOK_MERGED = 8
};
/* A revoked node's own segments are judged as before it was: nobody else takes those
 * that came after, but they are what was signed. */
struct replica_verify {
	uint64_t streams, segments, transactions, signatures;
	uint64_t checkpoints;      /* that segments follow */
	uint64_t bad_segments;
	bool state_equal;          /* tables equal those computed anew … */
	bool private_compared;     /* … private columns too: the school's keys are here */
	unsigned books;            /* notes that differ, bits of enum replica_book; of
	                            * streams that parted none are compared */
	bool store_sound;          /* the database's own check */
};
/* OK also when something is wrong: look at ret. */
int replica_verify(struct replica *r, struct replica_verify *ret) MUST_CHECK;
int replica_digest(struct replica *r, uint64_t scope, uint8_t ret[HASH_BYTES])
    MUST_CHECK;

/* Any file of ours: kind and facts as a list of (name, text) pairs. */
typedef void replica_inspect_line(void *ctx, const char *name, const char *text);
int replica_inspect(const uint8_t *data, size_t len, const struct env *env,
    const char *path, replica_inspect_line *line, void *ctx) MUST_CHECK;

#endif
