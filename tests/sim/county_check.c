/* What must be true of a county after every act, and at the end. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gen/county_sql.h"
#include "tests/sim/county.h"

void
county_fail(const struct county *c, const char *format, ...)
{
	va_list ap;

	printf("%s: ", c->act);
	va_start(ap, format);
	(void)vprintf(format, ap);
	va_end(ap);
	printf("\n");
	(void)fflush(stdout);
	_exit(1);
}

/* --- Who knows what ------------------------------------------------------- */

static int64_t
look_for(struct county *c, struct county_node *n, const struct model_write *w)
{
	static const char *const sql[MODEL_TABLES] = { COUNTY_SQL_PUPIL_NAMED, NULL,
	    COUNTY_SQL_INCIDENT_NAMED, COUNTY_SQL_MESSAGE_NAMED, NULL };
	struct store_stmt *st;
	char name[32];
	int64_t key = 0;
	bool row = false;

	(void)snprintf(name, sizeof(name), "甲%lld", (long long)w->values[0]);
	if (store_prepare(replica_store(n->r), sql[w->table], &st, NULL) != STATUS_OK ||
	    store_bind(st, "school", value_int((int64_t)w->scope)) != STATUS_OK ||
	    store_bind(st, "name", value_text(name, strlen(name))) != STATUS_OK ||
	    store_step(st, &row) != STATUS_OK || !row)
		county_fail(c, "node %u has a transaction without its row %s", n->index,
		    name);
	key = store_column(st, 0).i;
	store_reset(st);
	return key;
}

/* No two rows get one id, whichever copies of a node they are added at. */
static void
check_new_id(const struct county *c, const struct county_node *n, enum model_table table,
    int64_t key)
{
	for (unsigned i = 0; i < c->model->n; i++)
		for (unsigned k = 0; k < c->model->txs[i].n; k++)
			if (c->model->txs[i].writes[k].table == table &&
			    c->model->txs[i].writes[k].key == key)
				county_fail(c, "node %u gives a row an id that another one "
				    "has: %lld", n->index, (long long)key);
}

/* A transaction came out: what was not known before the act is its row's id. */
static void
came_true(struct county *c, struct county_node *n, struct model_stream *s)
{
	struct model_tx *tx = &c->model->txs[n->pending];

	model_append(s, (unsigned)n->pending);
	for (unsigned i = 0; i < tx->n; i++) {
		int64_t key;

		if (tx->writes[i].key != 0)
			continue;
		key = look_for(c, n, &tx->writes[i]);
		check_new_id(c, n, tx->writes[i].table, key);
		tx->writes[i].key = key;
	}
	n->pending = -1;
}

/* Keys that the engine hands on by itself: a transaction without rows of ours. */
static void
wrote_itself(struct county *c, struct county_node *n, struct model_stream *s)
{
	struct model_author by = county_author(c, n);

	model_append(s, model_tx(c->model, &by, s->id.scope, NULL, 0, false));
	n->by_itself = false;
}

/* Whether what was of unknown fate stands in this stream. */
static void
settle_pending(struct county *c, struct county_node *n, uint32_t writer)
{
	const struct stream_id *id = store_stream_id(replica_store(n->r), writer);
	struct model_stream *m;
	struct store_head head;

	if (!county_is_own(n, id) || id->epoch != n->epoch || !stream_id_is_plain(id))
		return;
	m = county_own(c, n, id);
	if (store_head(replica_store(n->r), writer, &head) != STATUS_OK)
		county_fail(c, "node %u: no head", n->index);
	if (head.logged != m->n + 1)
		return;
	if (n->pending >= 0)
		came_true(c, n, m);
	else if (n->by_itself)
		wrote_itself(c, n, m);
}

static bool
is_cut(const struct county *c, const struct county_cut *cut, unsigned tx)
{
	return node_id_compare(&c->model->txs[tx].author, &cut->id) == 0 &&
	    !model_has(&cut->had, tx);
}

static void
check_cuts(const struct county *c, const struct county_node *n,
    const struct model_set *known)
{
	for (unsigned k = 0; n->index == 0 && k < c->ncuts; k++)
		for (unsigned i = 0; i < c->model->n; i++)
			if (model_has(known, i) && is_cut(c, &c->cuts[k], i))
				county_fail(c, "the hub took transaction %u of a node after "
				    "it was revoked", i);
}

static struct model_set
read_known(struct county *c, struct county_node *n)
{
	struct store *s = replica_store(n->r);
	struct model_set known = {0};

	n->epoch = replica_epoch(n->r); /* another one where it saw a copy of itself */
	for (uint32_t w = 1; w <= store_stream_count(s); w++)
		settle_pending(c, n, w);
	if (c->seed > COUNTY_YEARS)
		county_note_segments(c, n);
	for (uint32_t w = 1; w <= store_stream_count(s); w++) {
		unsigned txs[MODEL_MAX_TXS], count = county_txs(c, n, w, txs);

		for (unsigned i = 0; i < count; i++)
			model_add(&known, txs[i]);
	}
	check_cuts(c, n, &known);
	for (unsigned i = 0; i < c->nended; i++) {
		const struct checkpoint *has = store_checkpoint(s, c->ended[i].scope);

		if (has != NULL && has->number >= c->ended[i].number)
			model_add(&known, c->ended[i].tx);
	}
	n->by_itself = false;
	return known;
}

/* What of revoked nodes came to others and not to the hub: it goes there too. */
static struct model_set
withdrawn(struct county *c, const struct model_set *known)
{
	struct model_set all = *known;

	for (unsigned k = 0; k < c->ncuts; k++)
		for (unsigned i = 0; i < c->model->n; i++)
			if (is_cut(c, &c->cuts[k], i))
				model_add(&all, i);
	return all;
}

void
county_resync(struct county *c, struct county_node *n)
{
	struct model_set known = read_known(c, n), may = withdrawn(c, &known);
	int gone = model_lacks(&n->known, &may);

	if (gone >= 0)
		county_fail(c, "node %u lost transaction %d, which it had", n->index, gone);
	gone = model_lacks(&n->told, &may);
	if (gone >= 0)
		county_fail(c, "node %u said that transaction %d was saved; it is not there",
		    n->index, gone);
	n->known = known;
	if (n->index == 0)
		model_union(&c->ever_at_hub, &known);
}

/* --- Tables --------------------------------------------------------------- */

static int64_t
number_in(struct value v)
{
	int64_t n = 0;
	bool any = false;

	if (v.type == VALUE_NULL)
		return MODEL_NONE;
	if (v.type == VALUE_INT)
		return v.i;
	for (size_t i = 0; i < v.len; i++) {
		if (v.p[i] < '0' || v.p[i] > '9')
			continue;
		n = n * 10 + (v.p[i] - '0');
		any = true;
	}
	return any ? n : -1;
}

static bool
is_forged(struct value v)
{
	return v.type == VALUE_TEXT && v.len == 3 && memcmp(v.p, "恶", 3) == 0;
}

/* Columns of a table that are to be as the model says. */
static uint8_t
shown(struct county *c, struct county_node *n, enum model_table table)
{
	static const uint8_t columns[MODEL_TABLES] = { [MODEL_PUPIL] = 7, [MODEL_MARK] = 7,
	    [MODEL_INCIDENT] = 1, [MODEL_MESSAGE] = 1, [MODEL_ERASURE] = 1 };

	if (table != MODEL_PUPIL)
		return columns[table];
	return (uint8_t)(columns[table] | n->newer << MODEL_LATER |
	    county_reads_private(c, n) << MODEL_ADDRESS);
}

static void
compare_row(struct county *c, struct county_node *n, struct model_state *s,
    enum model_table table, uint8_t columns, struct store_stmt *st)
{
	uint64_t scope = (uint64_t)store_column(st, 0).i;
	int64_t key = store_column(st, 1).i, key2 = store_column(st, 2).i;
	const struct model_row *r = model_find(s, table, scope, key, key2);

	if (r == NULL || r->length % 2 == 0)
		county_fail(c, "node %u shows a row of table %d that %s (%lld)", n->index,
		    (int)table, r == NULL ? "nobody wrote" : "was removed", (long long)key);
	columns &= (uint8_t)~model_may_lack(c->model, r, store_erasing(replica_store(n->r)));
	for (int k = 0; k < MODEL_COLUMNS; k++) {
		int64_t is;

		if (!(columns >> k & 1))
			continue;
		is = number_in(store_column(st, 3 + k));
		if (is != r->values[k])
			county_fail(c, "node %u shows %lld, not %lld, in column %d of table "
			    "%d, row %lld", n->index, (long long)is,
			    (long long)r->values[k], k, (int)table, (long long)key);
	}
}

static void
compare_table(struct county *c, struct county_node *n, struct model_state *s,
    enum model_table t)
{
	static const char *const sql[MODEL_TABLES] = { COUNTY_SQL_ALL_PUPILS,
	    COUNTY_SQL_ALL_MARKS, COUNTY_SQL_ALL_INCIDENTS, COUNTY_SQL_ALL_MESSAGES,
	    COUNTY_SQL_ALL_ERASURES };
	unsigned there = 0, want = 0;
	uint8_t columns = shown(c, n, t);
	struct store_stmt *st;
	bool row = false;
	int status = store_prepare(replica_store(n->r), t == MODEL_PUPIL && n->newer ?
	    COUNTY_SQL_ALL_PUPILS_NEWER : sql[t], &st, NULL);

	while (status == STATUS_OK && (status = store_step(st, &row)) == STATUS_OK && row) {
		if (n->hostile && is_forged(store_column(st, 3)))
			continue;
		compare_row(c, n, s, t, columns, st);
		there++;
	}
	if (status != STATUS_OK)
		county_fail(c, "node %u cannot read its tables: %s", n->index,
		    status_name(status));
	store_reset(st);
	for (unsigned i = 0; i < s->n; i++)
		want += s->rows[i].table == t && s->rows[i].length % 2 == 1;
	if (there != want)
		county_fail(c, "node %u shows %u rows of table %d, not %u", n->index,
		    there, (int)t, want);
}

static void
compare_tables(struct county *c, struct county_node *n)
{
	struct model_state s;

	model_state(c->model, &n->known, n->scope, &s);
	for (int t = 0; t < MODEL_TABLES; t++)
		compare_table(c, n, &s, (enum model_table)t);
	model_state_free(&s);
}

/* --- The three facts ------------------------------------------------------ */

struct facts {
	uint64_t all, never;       /* own transactions; of these no hub ever had */
	uint64_t open;             /* of these in no receipt that came here */
	int64_t open_s;            /* the earliest of these, INT64_MAX: none */
	int64_t confirmed_s;       /* the newest of the others before it, 0: none */
};

/* Of one own stream. */
static void
count_stream(struct county *c, struct county_node *n, uint32_t writer,
    const struct replica_status *s, struct facts *f)
{
	unsigned txs[MODEL_MAX_TXS], count = county_txs(c, n, writer, txs);

	for (unsigned k = 0; k < count; k++) {
		const struct model_tx *tx = &c->model->txs[txs[k]];

		f->all++;
		if (!model_has(&n->receipted, txs[k])) {
			f->open++;
			if (tx->time_s < f->open_s)
				f->open_s = tx->time_s;
		}
		if (model_has(&c->ever_at_hub, txs[k]))
			continue;
		f->never++;
		if (s->confirmed_s >= tx->time_s)
			county_fail(c, "node %u says all is confirmed up to a time at "
			    "which transaction %u was written; no hub ever had it",
			    n->index, txs[k]);
	}
}

static void
find_confirmed(struct county *c, struct county_node *n, uint32_t writer, struct facts *f)
{
	unsigned txs[MODEL_MAX_TXS], count = county_txs(c, n, writer, txs);

	for (unsigned k = 0; k < count; k++) {
		int64_t time_s = c->model->txs[txs[k]].time_s;

		if (model_has(&n->receipted, txs[k]) && time_s < f->open_s &&
		    time_s > f->confirmed_s)
			f->confirmed_s = time_s;
	}
}

/* What is confirmed is said to be.  Not at a node that was put back or copied: what it
 * logged goes on under another name, and a receipt may be of what it does not have. */
static void
check_receipted(struct county *c, struct county_node *n, const struct replica_status *s,
    struct facts *f)
{
	struct store *store = replica_store(n->r);

	if (n->copied || n->put_back || n->revoked)
		return;
	for (uint32_t w = 1; w <= store_stream_count(store); w++)
		if (county_is_own(n, store_stream_id(store, w)))
			find_confirmed(c, n, w, f);
	if (s->waiting > f->open)
		county_fail(c, "node %u says that %llu wait; receipts that came leave %llu",
		    n->index, (unsigned long long)s->waiting, (unsigned long long)f->open);
	/* What has ended counts as of its end, by the clock of the hub. */
	if (c->clocks_wrong && s->confirmed_s != 0 && store_checkpoint(store, n->scope) != NULL)
		return;
	if (s->confirmed_s < f->confirmed_s && s->confirmed_s < s->receipt_s)
		county_fail(c, "node %u says all is confirmed up to %lld, and it is up to "
		    "%lld", n->index, (long long)s->confirmed_s, (long long)f->confirmed_s);
}

static void
check_facts(struct county *c, struct county_node *n)
{
	struct store *store = replica_store(n->r);
	struct facts f = { .open_s = INT64_MAX };
	struct replica_status s;
	int status = replica_status(n->r, &s);

	if (status != STATUS_OK)
		county_fail(c, "node %u has no status: %s", n->index, status_name(status));
	for (uint32_t w = 1; w <= store_stream_count(store); w++)
		if (county_is_own(n, store_stream_id(store, w)))
			count_stream(c, n, w, &s, &f);
	if (s.transactions != f.all)
		county_fail(c, "node %u says %llu transactions; it wrote %llu", n->index,
		    (unsigned long long)s.transactions, (unsigned long long)f.all);
	if (s.waiting < f.never)
		county_fail(c, "node %u says that %llu wait; no hub ever had %llu",
		    n->index, (unsigned long long)s.waiting, (unsigned long long)f.never);
	check_receipted(c, n, &s, &f);
	if (s.copied_s != 0 && !n->copied && !(n->put_back && c->clocks_wrong))
		county_fail(c, "node %u says that it was copied", n->index);
	if (s.waiting > s.transactions || s.stored_only > s.waiting)
		county_fail(c, "node %u says more wait than were written", n->index);
}

void
county_check(struct county *c, struct county_node *n)
{
	county_resync(c, n);
	compare_tables(c, n);
	if (n->index != 0 && !n->hostile)
		check_facts(c, n);
	county_check_twin(c, n);
	c->trace = county_hash(c->trace, &n->index, sizeof(n->index));
	c->trace = county_hash(c->trace, &n->known, sizeof(n->known));
}

/* --- The end -------------------------------------------------------------- */

/* Whose words count, and who is to have everything. */
static bool
is_in_use(const struct county_node *n)
{
	return n->r != NULL && !n->revoked && !n->relay;
}

/* What of a set a school shares with the hub. */
static struct model_set
shared(const struct county *c, const struct model_set *of, uint64_t scope)
{
	struct model_set s = {0};

	for (unsigned i = 0; i < c->model->n; i++)
		if (model_has(of, i) && (c->model->txs[i].scope == SCOPE_COUNTY ||
		    c->model->txs[i].scope == scope))
			model_add(&s, i);
	return s;
}

static uint64_t
held(struct county *c, struct county_node *n)
{
	uint64_t held = 0;

	if (store_held_count(replica_store(n->r), &held) != STATUS_OK)
		county_fail(c, "node %u cannot say what waits", n->index);
	return held;
}

/* What was refused in part stays noted. */
static bool
is_school_hostile(const struct county *c, const struct county_node *n)
{
	for (unsigned i = 1; i < c->nnodes; i++)
		if (c->nodes[i].school == n->school && c->nodes[i].hostile)
			return true;
	return false;
}

static bool
has_anothers_sheet(const struct county *c, const struct county_node *n)
{
	for (unsigned i = 1; i < n->index; i++)
		if (strcmp(c->nodes[i].sheet, n->sheet) == 0)
			return true;
	return false;
}

/* Nobody was copied or turned away, and nobody lost but whose sheet this one was set
 * up with: each key is somewhere, and gets here. */
static bool
is_school_whole(const struct county *c, const struct county_node *n)
{
	for (unsigned i = 1; i < c->nnodes; i++) {
		const struct county_node *o = &c->nodes[i];

		if (o->school != n->school)
			continue;
		/* One set up with another's sheet, and lost before it heard of it, wrapped its
		 * key for the sheet alone. */
		if (o->hostile || o->copied || o->revoked || (o->r == NULL &&
		    (strcmp(o->sheet, n->sheet) != 0 || has_anothers_sheet(c, o))))
			return false;
	}
	return true;
}

/* All that anybody was told is saved, or that anybody has, where it counts. */
static struct model_set
due(struct county *c)
{
	struct model_set due = {0};

	for (unsigned i = 0; i < c->nnodes; i++) {
		const struct county_node *n = &c->nodes[i];

		if (!is_in_use(n) && (!n->switched_off || n->revoked))
			continue;
		model_union(&due, &n->told);
		if (n->r != NULL)
			model_union(&due, &n->known);
	}
	for (unsigned i = 0; i < c->model->n; i++)
		if (c->model->txs[i].forged)
			due.words[i / 64] &= ~(UINT64_C(1) << i % 64);
	return due;
}

const char *
county_unrest(struct county *c)
{
	struct county_node *hub = &c->nodes[0];
	struct model_set all = due(c);
	bool hostile = false;

	if (model_lacks(&all, &hub->known) >= 0)
		return "the hub lacks what is due";
	for (unsigned i = 1; i < c->nnodes; i++) {
		struct county_node *n = &c->nodes[i];
		struct model_set there;
		struct replica_status s;

		hostile |= n->hostile;
		if (!is_in_use(n) || n->hostile)
			continue;
		there = shared(c, &hub->known, n->scope);
		if (replica_status(n->r, &s) != STATUS_OK)
			return "no status";
		if (s.waiting != 0)
			return "something waits to be confirmed";
		if (s.held != 0 && !is_school_hostile(c, n))
			return "something is held";
		if (s.locked != 0 && is_school_whole(c, n))
			return "a key does not get around";
		if (model_lacks(&there, &n->known) >= 0)
			return "a school lacks what the hub has";
		if (model_lacks(&n->known, &hub->known) >= 0 && !is_school_hostile(c, n))
			return "the hub lacks what a school has";
	}
	return held(c, hub) != 0 && !hostile ? "the hub holds something" : NULL;
}

bool
county_is_calm(struct county *c)
{
	return county_unrest(c) == NULL;
}

static void
count_addresses(struct county *c, uint64_t scope)
{
	struct store_stmt *st;
	bool row;

	if (store_prepare(replica_store(c->nodes[0].r), COUNTY_SQL_ADDRESS_COUNT, &st,
	    NULL) != STATUS_OK ||
	    store_bind(st, "school", value_int((int64_t)scope)) != STATUS_OK ||
	    store_step(st, &row) != STATUS_OK || store_column(st, 0).i != 0)
		county_fail(c, "the hub reads an address");
	store_reset(st);
}

static void
check_verify(struct county *c, struct county_node *n)
{
	struct replica_verify v = {0};
	int status = replica_verify(n->r, &v);

	if (status != STATUS_OK || !v.state_equal || v.books != 0 || !v.store_sound ||
	    v.bad_segments != 0)
		county_fail(c, "node %u does not verify: %s, state %d, books %u, store %d, "
		    "%llu segments", n->index, status_name(status), v.state_equal, v.books,
		    v.store_sound, (unsigned long long)v.bad_segments);
}

static uint64_t
locked(struct county *c, struct county_node *n)
{
	struct replica_status s;

	if (replica_status(n->r, &s) != STATUS_OK)
		county_fail(c, "node %u has no status", n->index);
	return s.locked;
}

static void
check_node_end(struct county *c, struct county_node *n)
{
	struct county_node *hub = &c->nodes[0];
	struct model_set there = shared(c, &hub->known, n->scope);
	uint8_t a[HASH_BYTES], b[HASH_BYTES];
	struct replica_status s;
	int gone = model_lacks(&there, &n->known);

	if (gone >= 0 && !n->hostile)
		county_fail(c, "node %u never gets transaction %d", n->index, gone);
	if (replica_digest(n->r, n->scope, a) != STATUS_OK ||
	    replica_digest(hub->r, n->scope, b) != STATUS_OK ||
	    memcmp(a, b, HASH_BYTES) != 0)
		county_fail(c, "node %u and the hub differ", n->index);
	if (locked(c, n) != 0 && is_school_whole(c, n))
		county_fail(c, "node %u never gets a key of its school", n->index);
	if (replica_status(n->r, &s) != STATUS_OK || !s.certified)
		county_fail(c, "node %u has no certificate", n->index);
	if (!n->hostile && (s.waiting != 0 || (s.held != 0 && !is_school_hostile(c, n))))
		county_fail(c, "node %u: %llu wait, %llu held for ever", n->index,
		    (unsigned long long)s.waiting, (unsigned long long)s.held);
}

void
county_check_end(struct county *c)
{
	struct county_node *hub = &c->nodes[0], *turn;
	struct model_set all = due(c);
	int gone = model_lacks(&all, &hub->known);
	bool hostile = false;

	(void)snprintf(c->act, sizeof(c->act), "at the end");
	if (gone >= 0)
		county_fail(c, "transaction %d of node %u is not at the hub", gone,
		    c->model->txs[gone].writer);
	for (unsigned i = 1; i < c->nnodes; i++) {
		hostile |= c->nodes[i].hostile;
		if (!is_in_use(&c->nodes[i]))
			continue;
		check_node_end(c, &c->nodes[i]);
		count_addresses(c, c->nodes[i].scope);
	}
	/* One node in every other seed, by turns: a store computed anew costs much. */
	turn = &c->nodes[c->seed / 2 % c->nnodes];
	if (!is_in_use(turn) || turn->hostile)
		turn = hub;
	if (c->seed % 2 == 0)
		check_verify(c, turn);
	if (!hostile && held(c, hub) != 0)
		county_fail(c, "the hub holds %llu for ever",
		    (unsigned long long)held(c, hub));
	county_check_twins(c);
	county_check_erased(c);
}
