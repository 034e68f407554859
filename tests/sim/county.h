/* A county on the simulated machine: a hub, its schools, their sticks, and the
 * model that says what must be true of them. */
#ifndef TESTS_SIM_COUNTY_H
#define TESTS_SIM_COUNTY_H

#include "sync/replica.h"
#include "tests/sim/model.h"
#include "tests/sim/sim_env.h"

#define COUNTY_STICKS 3
#define COUNTY_SHELVES 2           /* where sticks of old lie */
#define COUNTY_MAX_SCHOOLS 300
#define COUNTY_FIRST_SCHOOL UINT64_C(2141018501)

struct county_mark {               /* how far an own stream was, at a save */
	struct stream_id id;
	uint64_t logged, stored;
};
struct county_node {
	unsigned index;            /* 0: the hub */
	char dir[16], saved_dir[16];
	const struct env *env;
	struct replica *r;
	uint64_t scope;
	int64_t offset_s;          /* of its clock */
	struct model_set known;    /* by the engine's vectors, through the model */
	int pending;               /* transaction of unknown fate, or -1 */
	uint64_t epoch, saved_epoch;
	bool saved;                /* saved_dir holds an older state … */
	struct model_set saved_known;
	struct county_mark *marks; unsigned nmarks; /* … of these streams */
	bool hostile;              /* wrote what it may not */
	/* What goes wrong with its next act. */
	enum { COUNTY_NO_FAULT, COUNTY_CUT, COUNTY_IO, COUNTY_FULL, COUNTY_PULL } fault;
	uint32_t fault_at;
};
struct county {
	struct sim_world *world;
	struct model *model;
	struct county_node *nodes; unsigned nnodes; /* the hub first */
	int64_t now_s;             /* true time */
	struct model_set ever_at_hub;
	struct model_set told;     /* people were told that it is saved */
	bool damaged, restored;    /* some stick was; some node was put back */
	char sticks[COUNTY_STICKS][16], shelves[COUNTY_SHELVES][16];
	unsigned next_name;        /* names count up: each is new */
	char act[96];              /* what happens just now, for a failure's words */
};

/* Ends the run with words; never returns. */
void county_fail(const struct county *c, const char *format, ...)
    __attribute__((format(printf, 2, 3), noreturn));

struct county *county_new(unsigned schools);
void county_free(struct county *c);
/* From here on all randomness follows from this seed. */
void county_seed(struct county *c, uint64_t seed);

/* One act of a node, under the fault that waits for it; each checks what must be
 * true afterwards.  draw: what the act needs of chance. */
void county_write(struct county *c, struct county_node *n, uint32_t draw);
void county_carry(struct county *c, struct county_node *n, const char *stick, bool out);
/* Keeps a copy of the database, or puts it back. */
void county_save(struct county *c, struct county_node *n);
void county_restore(struct county *c, struct county_node *n);
void county_hostile(struct county *c, struct county_node *n, uint32_t draw);
void county_stick_lost(struct county *c, const char *stick);
void county_stick_copied(struct county *c, const char *from, const char *to);
void county_stick_damaged(struct county *c, const char *stick, uint32_t draw);

/* Carries until everything is confirmed; then nothing may be missing. */
void county_settle(struct county *c);

/* county_check.c */
void county_resync(struct county *c, struct county_node *n);
void county_check(struct county *c, struct county_node *n);
void county_check_end(struct county *c);
/* After a failure whose cause is gone: closed, opened again. */
void county_reopen(struct county *c, struct county_node *n);

#endif
