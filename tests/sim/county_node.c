/* Nodes of a county, what goes wrong with their acts, and what they carry. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/domain.h"
#include "tests/sim/county.h"

/* About as many as an act takes: a fault asked for later strikes after it. */
#define IN_OPERATIONS 40
#define OUT_OPERATIONS 80

void
county_set_clock(struct county *c, struct county_node *n)
{
	sim_set_clock(n->env, c->now_s + n->offset_s);
}

struct county_node *
county_node_new(struct county *c, unsigned school)
{
	struct county_node *n = &c->nodes[c->nnodes];

	assert(c->nnodes < c->cap);
	n->index = c->nnodes++;
	n->school = school;
	n->scope = school == 0 ? 0 : COUNTY_FIRST_SCHOOL + school - 1;
	n->pending = -1;
	n->domain = &schema_domain;
	(void)snprintf(n->dir, sizeof(n->dir), "node%u", n->index);
	(void)snprintf(n->saved_dir, sizeof(n->saved_dir), "saved%u", n->index);
	sim_mount(c->world, n->dir);
	sim_mount(c->world, n->saved_dir);
	n->env = sim_node(c->world, c->seed * UINT64_C(1000003) + 1000 + n->index, c->now_s);
	sim_set_machine(n->env, 1000 + n->index);
	return n;
}

void
county_birth_begin(struct county *c)
{
	if (c->blank != NULL && c->seed % 16 != 0)
		sim_first_bytes(c->world, c->blank, c->blank_len);
}

void
county_birth_end(struct county *c)
{
	sim_first_bytes(c->world, NULL, 0);
}

static uint64_t
epoch_of(const struct county_node *n)
{
	struct buffer b = BUFFER_INIT;
	struct reader r;
	uint64_t epoch = 0;

	if (store_meta_get(replica_store(n->r), "self", "epoch", &b) == STATUS_OK) {
		reader_init(&r, b.data, b.len);
		epoch = reader_varint(&r);
	}
	buffer_release(&b);
	return epoch;
}

void
county_open(struct county *c, struct county_node *n)
{
	int status;

	county_set_clock(c, n);
	status = replica_open(n->dir, n->env, n->domain, &n->r);
	if (status != STATUS_OK)
		county_fail(c, "node %u does not open: %s", n->index,
		    status_name(status));
	n->epoch = epoch_of(n);
}

void
county_close(struct county_node *n)
{
	replica_close(n->r);
	n->r = NULL;
}

void
county_reopen(struct county *c, struct county_node *n)
{
	county_close(n);
	county_open(c, n);
}

void
county_decide(struct county *c, struct county_node *n)
{
	if (n->pending < 0)
		return;
	county_reopen(c, n);
	county_resync(c, n);
	n->pending = -1;
}

bool
county_is_own(const struct county_node *n, const struct stream_id *id)
{
	return node_id_compare(&id->node, &replica_self(n->r)->id) == 0;
}

struct model_author
county_author(const struct county *c, const struct county_node *n)
{
	return (struct model_author){ .id = replica_self(n->r)->id, .writer = n->index,
	    .clock_s = c->now_s + n->offset_s, .known = &n->known,
	    .sees = (uint8_t)(7 | 1 << MODEL_ADDRESS | n->newer << MODEL_LATER) };
}

void
county_adopt(struct county *c, struct county_node *n)
{
	struct store *s = replica_store(n->r);

	for (uint32_t w = 1; w <= store_stream_count(s); w++) {
		const struct stream_id *id = store_stream_id(s, w);
		struct model_author by = county_author(c, n);
		struct model_stream *m = county_own(c, n, id);
		struct store_head head;

		if (store_head(s, w, &head) != STATUS_OK)
			county_fail(c, "no head of a new stream");
		while (m->n < head.logged) {
			unsigned tx = model_tx(c->model, &by, id->scope, NULL, 0, false);

			model_append(m, tx);
			model_add(&n->known, tx);
			model_add(&n->told, tx);
		}
	}
}

void
county_mark(struct county *c, struct county_node *n)
{
	struct store *s = replica_store(n->r);

	(void)c;
	n->nmarks = 0;
	n->marks = realloc(n->marks, (store_stream_count(s) + 1) * sizeof(*n->marks));
	assert(n->marks != NULL);
	for (uint32_t w = 1; w <= store_stream_count(s); w++) {
		const struct stream_id *id = store_stream_id(s, w);
		struct store_head head;

		if (!county_is_own(n, id) || store_head(s, w, &head) != STATUS_OK)
			continue;
		n->marks[n->nmarks++] = (struct county_mark){ .id = *id,
		    .logged = head.logged, .stored = head.stored };
	}
}

void
county_follow(struct county *c, struct county_node *n, uint64_t before)
{
	for (unsigned i = 0; n->epoch == before && i < c->model->nstreams; i++) {
		struct model_stream *m = &c->model->streams[i];
		uint64_t through = 0;

		if (!county_is_own(n, &m->id) || m->id.epoch != before || m->copy != n->copy)
			continue;
		for (unsigned k = 0; k < n->nmarks; k++)
			if (stream_id_compare(&n->marks[k].id, &m->id) == 0)
				through = n->marks[k].logged;
		m->n = (unsigned)through;
	}
	for (unsigned i = 0; n->epoch != before && i < n->nmarks; i++) {
		struct stream_id next = n->marks[i].id;

		next.epoch = n->epoch;
		for (uint64_t at = n->marks[i].stored; at < n->marks[i].logged; at++) {
			/* Asked for anew each time: the list of streams moves. */
			unsigned tx = county_own(c, n, &n->marks[i].id)->txs[at];

			model_append(county_own(c, n, &next), tx);
		}
	}
}

/* --- Faults --------------------------------------------------------------- */

void
county_arm(struct county *c, struct county_node *n, const char *stick,
    unsigned operations)
{
	uint32_t at = n->fault_at % operations + 1;

	switch (n->fault) {
	case COUNTY_CUT:
		sim_stop_at(c->world, at);
		break;
	case COUNTY_IO:
		sim_fail_at(c->world, at, STATUS_IO);
		break;
	case COUNTY_FULL:
		sim_set_capacity(c->world, n->dir, sim_used(c->world, n->dir) +
		    n->fault_at % 40000);
		break;
	case COUNTY_PULL:
		if (stick != NULL)
			sim_pull_at(c->world, stick, at);
		break;
	default:
		break;
	}
}

/* The power goes, at the latest now: what the act said to have done stands.  Nothing is
 * written any more when the program ends: closing a database would sync it. */
static void
cut_power(struct county *c, struct county_node *n, const char *stick, bool struck)
{
	enum sim_cut how = struck && n->fault_at >> 16 & 1 ? SIM_KEEP_SOME : SIM_DROP_ALL;

	sim_stop_at(c->world, 1);
	county_close(n);
	sim_power_cut_at(c->world, n->dir, how);
	if (stick != NULL)
		sim_power_cut_at(c->world, stick, how);
	c->damaged |= struck && stick != NULL;
	county_open(c, n);
}

bool
county_disarm(struct county *c, struct county_node *n, const char *stick)
{
	bool struck = sim_struck(c->world) && n->fault != COUNTY_NO_FAULT;

	sim_no_fault(c->world);
	switch (n->fault) {
	case COUNTY_CUT:
		cut_power(c, n, stick, struck);
		break;
	case COUNTY_FULL:
		sim_set_capacity(c->world, n->dir, UINT64_MAX);
		struck = true; /* it may not have been noticed */
		break;
	case COUNTY_PULL:
		if (stick != NULL && !struck) /* after the act: nothing is lost */
			sim_unplug(c->world, stick);
		if (stick != NULL)
			sim_plug(c->world, stick);
		c->damaged |= struck;
		break;
	default:
		break;
	}
	if (struck && n->fault != COUNTY_CUT && n->fault_at >> 17 & 1)
		county_reopen(c, n);
	n->fault = COUNTY_NO_FAULT;
	return struck;
}

/* --- Carrying ------------------------------------------------------------- */

static bool
has_twin(const struct county *c)
{
	for (unsigned i = 0; i < c->nnodes; i++)
		if (c->nodes[i].twin)
			return true;
	return false;
}

/* An import, and what its bundles of the hub's newest epoch tell that the hub has. */
struct taking {
	struct county *c;
	struct county_node *n;
	struct model_set receipted;
	unsigned turn;
};

/* A receipt of an epoch counts beside others of it, and instead of those before. */
static void
hear(struct model_set *set, unsigned *turn, const struct model_set *more, unsigned at)
{
	if (at > *turn)
		*set = (struct model_set){0};
	if (at >= *turn) {
		*turn = at;
		model_union(set, more);
	}
}

/* Nothing is called forged that nobody forged, and that nothing befell. */
static void
check_file(void *taking, const struct replica_file *file)
{
	struct taking *t = taking;
	const struct county *c = t->c;
	const struct county_sealed *s;

	if (file->status == STATUS_BAD_SIGNATURE && !c->damaged && !has_twin(c))
		county_fail(c, "%s is called forged", file->name);
	if (t->n->index == 0)
		county_check_sealed(c, file);
	s = county_sealed(c, file->name);
	if (s != NULL && s->by == 0 && (file->outcome == REPLICA_MERGED ||
	    file->outcome == REPLICA_KNOWN))
		hear(&t->receipted, &t->turn, &s->had, s->turn);
}

void
county_take_in(struct county *c, struct county_node *n, const char *folder,
    const char *stick)
{
	struct replica_import in = {0};
	struct taking t = { .c = c, .n = n };
	bool struck;
	int status;

	county_decide(c, n);
	n->by_itself = true;
	county_arm(c, n, stick, IN_OPERATIONS);
	status = replica_import(n->r, folder, check_file, &t, &in);
	struck = county_disarm(c, n, stick);
	if (struck)
		return;
	hear(&n->receipted, &n->receipted_turn, &t.receipted, t.turn);
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		county_fail(c, "node %u cannot take %s in: %s (%s)", n->index, folder,
		    status_name(status), replica_detail(n->r));
	/* Over a link a bundle may come before its roster. */
	if (status == STATUS_OK && stick != NULL && !c->damaged && !c->odd &&
	    (in.held != 0 || in.refused != 0 || in.partly != 0))
		county_fail(c, "node %u: %u files refused, %u in part, %llu held of a "
		    "sound stick", n->index, in.refused, in.partly,
		    (unsigned long long)in.held);
}

/* Hashes of the names and lengths of the files on a stick. */
struct listed { uint64_t *files; unsigned n; };

static void
note_file(void *ctx, const char *path, const uint8_t *data, size_t len)
{
	struct listed *l = ctx;

	(void)data;
	l->files = realloc(l->files, (l->n + 1) * sizeof(*l->files));
	assert(l->files != NULL);
	l->files[l->n++] = county_hash(county_hash(0, path, strlen(path)), &len, sizeof(len));
}

/* What an export said to have put on a stick is there when it was pulled out just then. */
static void
check_stick(struct county *c, const struct county_node *n, const char *stick,
    const struct listed *said)
{
	struct listed is = {0};

	sim_each(c->world, stick, note_file, &is);
	for (unsigned i = 0; i < said->n; i++) {
		unsigned k = 0;

		while (k < is.n && is.files[k] != said->files[i])
			k++;
		if (k == is.n)
			county_fail(c, "node %u put a file on %s that is not there", n->index,
			    stick);
	}
	free(is.files);
}

void
county_put_out(struct county *c, struct county_node *n, const char *folder,
    const char *stick, const struct node_id *only)
{
	struct replica_export out;
	struct listed said = {0};
	unsigned others = county_others(c, n, folder);
	bool struck;
	int status;

	county_arm(c, n, stick, OUT_OPERATIONS);
	status = only == NULL ? replica_export(n->r, folder, n->index == 0, &out) :
	    c->hurry ? replica_export_urgent(n->r, folder, only, &out) :
	    replica_export_to(n->r, folder, only, &out);
	if (stick != NULL)
		sim_each(c->world, stick, note_file, &said);
	struck = county_disarm(c, n, stick);
	if (stick != NULL && status == STATUS_OK && !struck)
		check_stick(c, n, stick, &said);
	free(said.files);
	/* An image that does not know of the other takes its bundles for its own. */
	if (!struck && !n->relay && county_knows_twin(c, n) && !c->damaged &&
	    county_others(c, n, folder) < others)
		county_fail(c, "node %u clears away what another one put on %s", n->index,
		    folder);
	county_note_sealed(c, n, folder);
	if (!struck && status == STATUS_OK && !n->copied && !n->relay)
		county_check_left(c, n, folder);
	if (!struck && status != STATUS_OK)
		county_fail(c, "node %u cannot export: %s (%s)", n->index,
		    status_name(status), replica_detail(n->r));
}
