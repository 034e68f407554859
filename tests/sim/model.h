/* What must be true of a county, kept in memory beside it and written without the
 * engine: which transactions people were told are saved, who knows which of them,
 * and what a table says when one knows just these.
 *
 * Values are small numbers; the county turns them into names and back.  A state is
 * computed from the set of known transactions each time, never kept. */
#ifndef TESTS_SIM_MODEL_H
#define TESTS_SIM_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "sync/stream.h"

#define MODEL_MAX_TXS 4096u
#define MODEL_WORDS (MODEL_MAX_TXS / 64)
#define MODEL_COLUMNS 5
#define MODEL_ADDRESS 3           /* a pupil's private column … */
#define MODEL_LATER 4             /* … and the one that only a newer program knows */
#define MODEL_NONE INT64_MIN       /* no value */

enum model_table {
	MODEL_PUPIL,    /* name, sex, birth, address, later */
	MODEL_MARK,     /* state, at, reason */
	MODEL_INCIDENT, /* what */
	MODEL_MESSAGE,  /* title */
	MODEL_ERASURE,  /* reason; key: who is erased */
	MODEL_TABLES
};

struct model_set { uint64_t words[MODEL_WORDS]; };
void model_add(struct model_set *s, unsigned tx);
bool model_has(const struct model_set *s, unsigned tx);
void model_union(struct model_set *s, const struct model_set *more);
/* The first member of a that b lacks, or -1. */
int model_lacks(const struct model_set *a, const struct model_set *b);

struct model_write {
	enum model_table table;
	uint64_t scope;            /* 0: the county's */
	int64_t key, key2;         /* key2: a mark's day; else 0 */
	uint32_t length;           /* odd alive, even deleted */
	bool whole;
	uint8_t mask;              /* columns that it speaks of */
	int64_t values[MODEL_COLUMNS];
	uint64_t stamp;
};
struct model_tx {
	struct node_id author;
	unsigned writer;           /* which copy of it, where there are several */
	int64_t time_s;            /* author's clock */
	uint64_t scope;
	struct model_write writes[2];
	unsigned n;
	bool forged;               /* its author had no right to it */
	bool ends;                 /* a checkpoint: marks of days before this one, and
	                            * all of this child (0: none) */
	int64_t below, child;
};
struct model_stream {
	struct stream_id id;
	unsigned copy;             /* of its node: two may write under one name */
	unsigned *txs; unsigned n, cap;
};
struct model_row {
	enum model_table table;
	uint64_t scope;
	int64_t key, key2;
	uint32_t length;
	bool erased;
	bool ended;                /* as if nobody had written it */
	uint64_t dead;             /* stamp of the deletion, length even */
	int64_t values[MODEL_COLUMNS];
	uint64_t stamps[MODEL_COLUMNS];
	struct node_id authors[MODEL_COLUMNS];
};
struct model_state { struct model_row *rows; unsigned n, cap; int32_t *index; unsigned nindex; };

struct model_person { uint64_t scope; int64_t key; };
struct model {
	struct model_tx *txs; unsigned n;
	struct model_stream *streams; unsigned nstreams, stream_cap;
	struct model_person erased[MODEL_MAX_TXS]; unsigned nerased; /* by anybody */
	int64_t missing[MODEL_TABLES][MODEL_COLUMNS];
	bool text[MODEL_TABLES][MODEL_COLUMNS]; /* compared as digits of a text */
};

struct model *model_new(void);
void model_free(struct model *m);
/* Who writes, when, and what he sees. */
struct model_author {
	struct node_id id;
	unsigned writer;
	int64_t clock_s;
	const struct model_set *known;
	uint8_t sees;              /* columns of a pupil that are there for him */
};
/* A transaction: its stamps follow from what its author sees.  writes: length and
 * stamp are filled in here (gone: a deletion).  Returns its number. */
unsigned model_tx(struct model *m, const struct model_author *by, uint64_t scope,
    const struct model_write *writes, unsigned n, bool gone);
/* The county ends a school's days and a child: known to whom has the checkpoint. */
unsigned model_end(struct model *m, const struct model_author *by, uint64_t scope,
    int64_t below, int64_t child);
/* Whether a write is of what ended for whom knows this set. */
bool model_ends(const struct model *m, const struct model_set *known,
    const struct model_write *w);
/* What one copy of a node wrote in a stream. */
struct model_stream *model_stream(struct model *m, const struct stream_id *id,
    unsigned copy);
void model_append(struct model_stream *s, unsigned tx);

/* What the tables say to whom knows this set, of one scope and the county's (0: of
 * all); who is erased in it has neither names nor words.  Released with
 * model_state_free. */
void model_state(const struct model *m, const struct model_set *known, uint64_t scope,
    struct model_state *ret);
/* Columns of a row that may be otherwise: somebody erased the person, and whoever does
 * not know it yet may be given segments without the words; or the words are being
 * taken out (erasing). */
uint8_t model_may_lack(const struct model *m, const struct model_row *r, bool erasing);
/* Whether a write says nothing but words about somebody whom anybody erased. */
bool model_only_words(const struct model *m, const struct model_write *w);
void model_state_free(struct model_state *s);
/* NULL when never seen; a deleted row has an even length. */
struct model_row *model_find(struct model_state *s, enum model_table table,
    uint64_t scope, int64_t key, int64_t key2);

#endif
