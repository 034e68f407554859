/* A county on the simulated machine: a hub, its schools with their devices, sticks
 * and links, and the model that says what must be true of them. */
#ifndef TESTS_SIM_COUNTY_H
#define TESTS_SIM_COUNTY_H

#include "sync/replica.h"
#include "tests/sim/model.h"
#include "tests/sim/sim_env.h"

#define COUNTY_STICKS 3
#define COUNTY_SHELVES 2           /* where sticks of old lie */
#define COUNTY_MAX_SCHOOLS 300
#define COUNTY_MORE_NODES 5        /* that come later, and one for each ten schools */
#define COUNTY_FIRST_SCHOOL UINT64_C(2141018501)
#define COUNTY_YEARS UINT64_C(1000000) /* seeds above it have the events of years */
#define COUNTY_PASSPHRASE "correct horse battery"
#define COUNTY_ROOTS 16            /* pairs of copies of the root key that were made */
#define COUNTY_SEALS 64

extern const struct replica_domain county_newer; /* of a program of next year */

struct county_mark {               /* how far an own stream was, at a save */
	struct stream_id id;
	uint64_t logged, stored;
};
struct county_segment {            /* whoever has its hash knows these */
	uint8_t hash[HASH_BYTES];
	uint64_t first;
	unsigned *txs, n;
	int before;                /* the one that it follows, or -1 */
};
struct county_cut {                /* a node that was revoked, and what counts of it */
	struct node_id id;
	struct model_set had;
};
struct county_backup {
	char path[24];             /* "": none */
	uint64_t epoch;
	unsigned copy, acts;
	struct model_set known;
	struct county_mark *marks; unsigned nmarks;
};
struct county_taken {              /* from schools, in rosters from … until (0: still) */
	enum model_table table;
	uint64_t from, until;
};
struct county_ended {              /* a checkpoint's number and its transaction */
	uint64_t scope, number;
	unsigned tx;
};
struct county_node {
	unsigned index;            /* 0: the hub */
	unsigned school;           /* from 1; 0: the hub */
	char dir[16], saved_dir[16];
	const struct env *env;
	const struct replica_domain *domain;
	struct replica *r;         /* NULL: gone */
	uint64_t scope;
	int64_t offset_s;          /* of its clock */
	char sheet[RECOVERY_TEXT_BYTES]; /* that it was set up with, or printed */
	struct model_set known;    /* by the engine's vectors, through the model */
	struct model_set told;     /* people were told here that it is saved */
	struct model_set receipted; /* the hub had it when it made a bundle that is in here … */
	unsigned receipted_turn;   /* … and which of its epochs that was */
	int pending;               /* transaction of unknown fate, or -1 */
	bool by_itself;            /* the engine may have written just now */
	uint64_t epoch, saved_epoch;
	bool saved;                /* saved_dir holds an older state … */
	struct model_set saved_known;
	struct county_mark *marks; unsigned nmarks; /* … of these streams */
	unsigned copy;             /* which of those that write under its name */
	struct county_backup backup;
	uint64_t twin;             /* the epoch in which its copy writes too, or 0 */
	bool put_back;             /* to an older state of it */
	bool hostile;              /* wrote what it may not */
	bool newer;                /* runs the newer program */
	bool copied;               /* there is another copy of it */
	bool revoked;
	bool relay;
	bool switched_off;         /* a copy too many: what it told still counts */
	/* What goes wrong with its next act. */
	enum { COUNTY_NO_FAULT, COUNTY_CUT, COUNTY_IO, COUNTY_FULL, COUNTY_PULL } fault;
	uint32_t fault_at;
};
struct county {
	struct sim_world *world;
	struct model *model;
	struct county_node *nodes; unsigned nnodes, cap; /* the hub first */
	unsigned schools;
	struct county_node *relay; /* or NULL */
	uint8_t *blank; size_t blank_len; /* a database just after its schema was made */
	uint64_t seed;
	uint64_t granted;          /* roster with the newer program's rights, or 0 */
	unsigned roots;            /* pairs of root copies, the newest last */
	uint64_t seals[COUNTY_SEALS]; unsigned nseals; /* rosters with a new sealing key */
	struct county_sealed { char name[FOLDER_NAME_BYTES]; unsigned under, by, turn;
	    struct model_set had; } *sealed;
	unsigned nsealed;          /* bundles, their author, the sealing key that it knew,
	                            * and what a hub had, in which of its epochs */
	uint64_t hub_epoch; unsigned hub_turn;
	struct county_taken taken[COUNTY_SEALS]; unsigned ntaken;
	struct county_ended ended[COUNTY_SEALS]; unsigned nended;
	struct county_cut *cuts; unsigned ncuts;
	struct county_segment *segments; unsigned nsegments;
	unsigned copies;           /* counts up */
	unsigned acts;             /* of the hub, which a backup of it must not undo */
	bool hub_put_back;
	bool clocks_wrong;         /* some were: numbers by the clock may come twice */
	bool hurry;                /* only what is urgent goes out */
	int64_t now_s;             /* true time */
	struct model_set ever_at_hub;
	bool damaged;              /* some stick was */
	bool odd;                  /* nodes were put back, copied, added, revoked, … */
	char sticks[COUNTY_STICKS][16], shelves[COUNTY_SHELVES][16];
	unsigned next_name;        /* names count up: each is new */
	uint64_t trace;            /* hash of all that happened */
	char act[96];              /* what happens just now, for a failure's words */
};

/* Ends the run with words; never returns. */
void county_fail(const struct county *c, const char *format, ...)
    __attribute__((format(printf, 2, 3), noreturn));

struct county *county_new(unsigned schools);
void county_free(struct county *c);
/* From here on all randomness follows from this seed. */
void county_seed(struct county *c, uint64_t seed);
/* One of a school's devices that are there, or NULL. */
struct county_node *county_device(struct county *c, unsigned school, uint32_t draw);
bool county_is_own(const struct county_node *n, const struct stream_id *id);
/* What this copy of it wrote there. */
struct model_stream *county_own(struct county *c, const struct county_node *n,
    const struct stream_id *id);
uint64_t county_hash(uint64_t hash, const void *data, size_t len);

/* One act of a node, under the fault that waits for it; each checks what must be
 * true afterwards.  draw: what the act needs of chance. */
void county_carry(struct county *c, struct county_node *n, const char *stick, bool out);
/* Keeps a copy of the database, or puts it back. */
void county_save(struct county *c, struct county_node *n);
void county_restore(struct county *c, struct county_node *n);
/* It has no more than this. */
void county_is_as_before(struct county_node *n, const struct model_set *known);
void county_stick_lost(struct county *c, const char *stick);
void county_stick_copied(struct county *c, const char *from, const char *to);
void county_stick_damaged(struct county *c, const char *stick, uint32_t draw);

/* Carries until everything is confirmed; then nothing may be missing. */
void county_settle(struct county *c);

/* county_node.c: nodes, and faults of their acts. */
struct county_node *county_node_new(struct county *c, unsigned school);
void county_open(struct county *c, struct county_node *n);
void county_close(struct county_node *n);
/* In most seeds a node that is born later gets its schema as a copy of the one that the
 * engine made at the beginning: between these two. */
void county_birth_begin(struct county *c);
void county_birth_end(struct county *c);
/* What the engine wrote by itself at birth: transactions without rows of ours. */
void county_adopt(struct county *c, struct county_node *n);
struct model_author county_author(const struct county *c, const struct county_node *n);
void county_set_clock(struct county *c, struct county_node *n);
/* After a failure whose cause is gone: closed, opened again. */
void county_reopen(struct county *c, struct county_node *n);
/* A failed write may come true when the node opens next: it does now or never. */
void county_decide(struct county *c, struct county_node *n);
/* The fault that waits comes with one of so many operations. */
void county_arm(struct county *c, struct county_node *n, const char *stick,
    unsigned operations);
/* True when something went wrong, and so no status is expected of the act. */
bool county_disarm(struct county *c, struct county_node *n, const char *stick);
void county_take_in(struct county *c, struct county_node *n, const char *folder,
    const char *stick);
/* only: for this node alone, or NULL. */
void county_put_out(struct county *c, struct county_node *n, const char *folder,
    const char *stick, const struct node_id *only);
/* Where the own streams stand, for county_follow. */
void county_mark(struct county *c, struct county_node *n);
/* Own streams after the database of the marks was opened: in the same epoch nothing
 * left since, and the numbers after the marks are given again; in a new one, what
 * was logged and not sealed goes on there. */
void county_follow(struct county *c, struct county_node *n, uint64_t before);

/* county_write.c */
void county_write(struct county *c, struct county_node *n, uint32_t draw);
void county_erase(struct county *c, struct county_node *n, uint32_t draw);
/* Whose erasure was lost with what had not left is ordered again (docs/life.md). */
void county_erase_again(struct county *c, struct county_node *n);
/* A transaction past the program's questions; nobody may take it. */
void county_forge(struct county *c, struct county_node *n, const struct stream_id *id);
int county_raw(struct county_node *n, const char *sql, const struct store_author *author,
    uint64_t scope, int64_t key, const char *name, int64_t sex);
/* A school whose program does not ask what it may write: for the county, in its own
 * stream what only the county may, or nonsense under its own signature. */
void county_hostile(struct county *c, struct county_node *n, uint32_t draw);

/* county_life.c: what happens to machines. */
void county_add_device(struct county *c, unsigned school);
void county_clone(struct county *c, struct county_node *n, uint32_t draw);
/* The disk is gone, with all that did not leave it. */
void county_lose(struct county *c, struct county_node *n);
/* A new machine of the school, with the sheet of one of its machines or without. */
void county_recover(struct county *c, unsigned school, uint32_t draw);
void county_revoke(struct county *c, struct county_node *n);
/* A copy too many is switched off. */
void county_switch_off(struct county *c, struct county_node *n);
void county_upgrade(struct county *c, struct county_node *n);
/* A node between schools and hub that stores and hands on what it cannot read. */
void county_begin_relay(struct county *c);
/* Whether this node can open all of its school's keys. */
bool county_reads_private(struct county *c, struct county_node *n);

/* county_years.c: what a county's hub does by the year. */
void county_seal_anew(struct county *c);
void county_new_root(struct county *c, bool rotate);
/* Takes a table from the schools, or gives back what was taken. */
void county_rights(struct county *c, uint32_t draw);
bool county_may(const struct county *c, const struct county_node *n,
    enum model_table table);
/* With a new program the hub gives what that wants to be given. */
void county_rights_upgraded(struct county *c);
/* A school whose program does not ask writes what was taken from it. */
void county_overstep(struct county *c, struct county_node *n, uint32_t draw);
/* Ends days of a school, and with them now and then a child. */
void county_end(struct county *c, unsigned school, uint32_t draw);
/* Whether what the hub ended is known to a school of which each is concerned. */
bool county_ends_are_out(struct county *c);
void county_note_sealed(struct county *c, const struct county_node *n, const char *folder);
/* How many of the bundles in a folder are known to be others', of a copy of it too. */
unsigned county_others(struct county *c, const struct county_node *n, const char *folder);
/* After an export: the newest that lies there for the hub is sealed to a key that the hub
 * has, as far as the node knows. */
void county_check_left(struct county *c, const struct county_node *n, const char *folder);
/* The one of this name; NULL: not noted. */
const struct county_sealed *county_sealed(const struct county *c, const char *name);
/* Of an import at the hub. */
void county_check_sealed(const struct county *c, const struct replica_file *file);
/* A hub that was put back to before a change of its keys signs again. */
void county_sign_again(struct county *c);
/* The newest root key is tried first. */
bool county_root(struct county *c, unsigned at, uint8_t ret_sk[64]);

/* county_link.c: an exchange of a school with the hub over a link that drops,
 * repeats, reorders and garbles pieces; what came so far stays for the next.  In seeds
 * with the events of years what is urgent goes ahead now and then. */
void county_exchange(struct county *c, struct county_node *n, uint32_t draw);

/* county_image.c: the same node twice, and once more out of a sealed file. */
/* A whole disk, byte for byte, on a machine with the same machine id: both go on. */
void county_twin(struct county *c, struct county_node *n, uint32_t draw);
/* Who knows that there is an image of it goes on apart. */
void county_check_twin(struct county *c, const struct county_node *n);
/* False for a node with an image that nothing has told it of. */
bool county_knows_twin(struct county *c, const struct county_node *n);
/* Both are used until each says that nothing of it waits; then one is switched off. */
bool county_twins_wait(struct county *c);
/* At the end: forks were found, and people told. */
void county_check_twins(struct county *c);
void county_back_up(struct county *c, struct county_node *n);
/* One of a school's nodes, or the hub, out of its last backup. */
void county_put_back(struct county *c, unsigned school, uint32_t draw);

/* county_known.c: who knows which transactions. */
/* Those of a stream at a node, branches only from where they part.  Returns how many. */
unsigned county_txs(struct county *c, struct county_node *n, uint32_t writer,
    unsigned ret[MODEL_MAX_TXS]);
/* What a node wrote is noted before anybody else can have it. */
void county_note_segments(struct county *c, struct county_node *n);

/* county_check.c */
void county_resync(struct county *c, struct county_node *n);
void county_check(struct county *c, struct county_node *n);
void county_check_end(struct county *c);
/* Nothing waits and nobody lacks anything; else which of it is not so. */
bool county_is_calm(struct county *c);
const char *county_unrest(struct county *c);

/* county_search.c: an erased person's words are in no file and no segment. */
void county_check_erased(struct county *c);
/* The same at one node, of whom those are erased that this set says. */
void county_check_gone(struct county *c, struct county_node *n,
    const struct model_set *known);

#endif
