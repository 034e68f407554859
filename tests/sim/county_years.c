/* What a county's hub does by the year: keys changed, rights taken and given back,
 * records ended; and what must be true of each. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/county_sql.h"
#include "sync/replica_internal.h"
#include "tests/sim/county.h"

#define FIRST_DAY 9740             /* as in county_write.c */
#define STAFF 7
/* About as many as an act takes: a fault asked for later strikes after it. */
#define HUB_OPERATIONS 60

static struct county_node *
hub_of(struct county *c)
{
	struct county_node *hub = &c->nodes[0];

	county_decide(c, hub);
	county_set_clock(c, hub);
	return hub;
}

/* The end of an act of the hub: what went wrong without a fault, and what is so now. */
static void
hub_done(struct county *c, int status, const char *what)
{
	struct county_node *hub = &c->nodes[0];
	bool struck = county_disarm(c, hub, NULL);

	if (!struck && status != STATUS_OK)
		county_fail(c, "%s: %s (%s)", what, status_name(status),
		    replica_detail(hub->r));
	c->odd = true;
	county_check(c, hub);
}

/* --- The hub's sealing key ------------------------------------------------ */

static uint64_t
sealing_since(struct county *c)
{
	const struct replica *r = c->nodes[0].r;

	for (size_t i = 0; i < r->roster.nsealings; i++)
		if (node_id_compare(&r->roster.sealings[i].node, &r->self.pub.id) == 0)
			return r->roster.sealings[i].since;
	return 0;
}

void
county_seal_anew(struct county *c)
{
	struct county_node *hub = hub_of(c);
	uint64_t before = sealing_since(c);
	int status;

	if (c->nseals == COUNTY_SEALS)
		return;
	county_sign_again(c);
	county_arm(c, hub, NULL, HUB_OPERATIONS);
	status = replica_sealing_new(hub->r);
	hub_done(c, status, "no new sealing key");
	if (sealing_since(c) != before)
		c->seals[c->nseals++] = sealing_since(c);
	else if (status == STATUS_OK)
		county_fail(c, "the hub says it has a new sealing key, and has not");
}

/* How many changes a roster tells of. */
static unsigned
seals_in(const struct county *c, uint64_t roster)
{
	unsigned n = 0;

	while (n < c->nseals && c->seals[n] <= roster)
		n++;
	return n;
}

const struct county_sealed *
county_sealed(const struct county *c, const char *name)
{
	for (unsigned i = 0; i < c->nsealed; i++)
		if (strcmp(c->sealed[i].name, name) == 0)
			return &c->sealed[i];
	return NULL;
}

void
county_note_sealed(struct county *c, const struct county_node *n, const char *folder)
{
	struct folder_entry *list = NULL;
	size_t count = 0, ignored;

	if ((c->seed <= COUNTY_YEARS && n->index != 0) ||
	    folder_list(n->env, folder, &list, &count, &ignored) != STATUS_OK)
		return;
	if (n->index == 0 && n->epoch != c->hub_epoch) {
		c->hub_epoch = n->epoch;
		c->hub_turn++;
	}
	for (size_t i = 0; i < count; i++) {
		struct county_sealed *s;

		if (county_sealed(c, list[i].name) != NULL)
			continue;
		c->sealed = realloc(c->sealed, (c->nsealed + 1) * sizeof(*c->sealed));
		assert(c->sealed != NULL);
		s = &c->sealed[c->nsealed++];
		memcpy(s->name, list[i].name, sizeof(s->name));
		s->under = seals_in(c, replica_roster(n->r)->number);
		s->by = n->index;
		s->turn = c->hub_turn;
		s->had = n->known;
	}
	free(list);
}

void
county_check_left(struct county *c, const struct county_node *n, const char *folder)
{
	const struct node_id self = replica_self(n->r)->id, hub =
	    replica_self(c->nodes[0].r)->id;
	unsigned knows = seals_in(c, replica_roster(n->r)->number), under = knows;
	struct replica_lying l = {0};
	uint64_t newest = 0;

	if (knows < 2 || n->index == 0 || replica_lying_open(n->r, folder, &l) != STATUS_OK) {
		replica_lying_release(&l);
		return;
	}
	for (size_t i = 0; i < l.n; i++) {
		const struct bundle_info *b = replica_lying_header(n->r, &l, i);

		if (b == NULL || node_id_compare(&b->sender, &self) != 0 ||
		    node_id_compare(&b->recipient, &hub) != 0 || b->number <= newest)
			continue;
		newest = b->number;
		under = seals_in(c, b->roster);
	}
	if (under + 1 < knows)
		county_fail(c, "node %u leaves what it knows nobody can open on %s", n->index,
		    folder);
	replica_lying_release(&l);
}

unsigned
county_others(struct county *c, const struct county_node *n, const char *folder)
{
	struct folder_entry *list = NULL;
	size_t count = 0, ignored;
	unsigned others = 0;

	if (c->seed <= COUNTY_YEARS ||
	    folder_list(n->env, folder, &list, &count, &ignored) != STATUS_OK)
		return 0;
	for (size_t i = 0; i < count; i++) {
		const struct county_sealed *s = county_sealed(c, list[i].name);

		others += s != NULL && s->by != n->index &&
		    folder_name_kind(list[i].name) == FOLDER_BUNDLE;
	}
	free(list);
	return others;
}

void
county_check_sealed(const struct county *c, const struct replica_file *file)
{
	const struct county_sealed *s = county_sealed(c, file->name);

	if (s == NULL || c->hub_put_back)
		return;
	if (file->status == STATUS_SEAL_GONE && s->under + 1 >= c->nseals)
		county_fail(c, "a bundle under sealing key %u is not opened under %u",
		    s->under, c->nseals);
	if ((file->outcome == REPLICA_MERGED || file->outcome == REPLICA_PARTLY) &&
	    s->under + 1 < c->nseals)
		county_fail(c, "a bundle under sealing key %u is opened under %u", s->under,
		    c->nseals);
}

/* --- Issuing key and root ------------------------------------------------- */

static void
copies_of(unsigned root, char ret[2][24])
{
	(void)snprintf(ret[0], 24, "vault/root%u", root);
	(void)snprintf(ret[1], 24, "vault/copy%u", root);
}

bool
county_root(struct county *c, unsigned at, uint8_t ret_sk[64])
{
	char path[2][24];
	uint64_t county;

	copies_of(at, path);
	return roster_root_load(c->nodes[0].env, path[1], COUNTY_PASSPHRASE,
	    strlen(COUNTY_PASSPHRASE), &county, ret_sk) == STATUS_OK;
}

static int
change_keys(struct county *c, struct county_node *hub, bool rotate)
{
	char old[2][24], new[2][24];
	struct replica_hub_options next = { .county = hub->r->county,
	    .passphrase = COUNTY_PASSPHRASE };
	int status = STATUS_NOT_FOUND;

	copies_of(c->roots, new);
	next.root_copies[0] = new[0];
	next.root_copies[1] = new[1];
	if (rotate)
		c->roots++;
	/* Whether the last change was done, the hub knows: who does not, tries. */
	for (unsigned at = rotate ? c->roots - 1 : c->roots; at-- > 0 &&
	    (status == STATUS_NOT_FOUND || status == STATUS_STALE);) {
		copies_of(at, old);
		status = rotate ? replica_root_rotate(hub->r, old[0], COUNTY_PASSPHRASE,
		    &next) : replica_root_issue(hub->r, old[1], COUNTY_PASSPHRASE);
	}
	return status;
}

/* A hub that was put back hears the rosters of its day first: those by the key that it is
 * to leave are nobody's afterwards. */
static bool
has_heard_rosters(const struct county *c)
{
	uint64_t own = replica_roster(c->nodes[0].r)->number;

	for (unsigned i = 1; i < c->nnodes; i++)
		if (c->hub_put_back && c->nodes[i].r != NULL &&
		    replica_roster(c->nodes[i].r)->number > own)
			return false;
	return true;
}

void
county_new_root(struct county *c, bool rotate)
{
	struct county_node *hub = hub_of(c);
	size_t steps = replica_roster(hub->r)->nsteps;

	if ((rotate && (c->roots == COUNTY_ROOTS || steps == ROSTER_MAX_STEPS)) ||
	    !has_heard_rosters(c))
		return;
	county_arm(c, hub, NULL, HUB_OPERATIONS);
	hub_done(c, change_keys(c, hub, rotate), rotate ? "the root is not changed" :
	    "the issuing key is not changed");
}

void
county_sign_again(struct county *c)
{
	struct county_node *hub = &c->nodes[0];

	if (!c->hub_put_back || memcmp(hub->r->issuing_sk + 32, hub->r->roster.issuing_pk,
	    SIGN_PK_BYTES) == 0)
		return;
	county_set_clock(c, hub);
	if (change_keys(c, hub, false) != STATUS_OK)
		county_fail(c, "the hub does not sign again");
	county_check(c, hub);
}

/* --- Rights --------------------------------------------------------------- */

static const uint16_t table_ids[MODEL_TABLES] = { [MODEL_MARK] = 31, [MODEL_INCIDENT] = 40 };

static bool
holds_in(const struct county_taken *t, uint64_t roster)
{
	return roster >= t->from && (t->until == 0 || roster < t->until);
}

bool
county_may(const struct county *c, const struct county_node *n, enum model_table table)
{
	for (unsigned i = 0; n->index != 0 && i < c->ntaken; i++)
		if (c->taken[i].table == table &&
		    holds_in(&c->taken[i], replica_roster(n->r)->number))
			return false;
	return true;
}

static struct county_taken *
still_taken(struct county *c, enum model_table table)
{
	for (unsigned i = 0; i < c->ntaken; i++)
		if (c->taken[i].table == table && c->taken[i].until == 0)
			return &c->taken[i];
	return NULL;
}

/* As a program does whose registry says so. */
static int
change_right(struct replica *r, uint16_t table, bool take)
{
	struct roster_right *list = r->roster.rights, *last = NULL;

	for (size_t i = 0; i < r->roster.nrights; i++)
		if (list[i].role == ROLE_SCHOOL && list[i].table == table)
			last = &list[i];
	assert(last != NULL && (last->until == 0) == take);
	if (take) {
		last->until = r->roster.number + 1;
	} else {
		struct roster_right back = *last;

		back.from = r->roster.number + 1;
		back.until = 0;
		list = realloc(list, (r->roster.nrights + 1) * sizeof(*list));
		assert(list != NULL);
		list[r->roster.nrights++] = back;
		r->roster.rights = list;
	}
	return replica_publish_roster(r);
}

void
county_rights(struct county *c, uint32_t draw)
{
	struct county_node *hub = hub_of(c);
	enum model_table table = draw & 1 ? MODEL_MARK : MODEL_INCIDENT;
	struct county_taken *taken = still_taken(c, table);
	uint64_t before = replica_roster(hub->r)->number;

	/* A hub that was put back hears first what the numbers are. */
	if (c->hub_put_back || (taken == NULL && c->ntaken == COUNTY_SEALS))
		return;
	county_arm(c, hub, NULL, HUB_OPERATIONS);
	hub_done(c, change_right(hub->r, table_ids[table], taken == NULL),
	    "rights are not changed");
	if (replica_roster(hub->r)->number == before)
		return; /* the power went before it was done */
	c->acts++;
	if (taken != NULL)
		taken->until = before + 1;
	else
		c->taken[c->ntaken++] = (struct county_taken){ .table = table,
		    .from = before + 1 };
}

void
county_rights_upgraded(struct county *c)
{
	c->granted = replica_roster(c->nodes[0].r)->number;
	for (unsigned i = 0; i < c->ntaken; i++)
		if (c->taken[i].until == 0)
			c->taken[i].until = c->granted;
}

void
county_overstep(struct county *c, struct county_node *n, uint32_t draw)
{
	struct store_author author = { .node = replica_self(n->r)->id,
	    .epoch = n->epoch, .scope = n->scope, .lane = LANE_URGENT, .staff = STAFF,
	    .time_s = c->now_s };
	struct stream_id id = { .node = author.node, .epoch = author.epoch,
	    .scope = author.scope, .lane = author.lane };
	int status;

	if (county_may(c, n, MODEL_INCIDENT))
		return;
	county_decide(c, n);
	status = county_raw(n, COUNTY_SQL_INCIDENT_FORGED, &author, n->scope,
	    (int64_t)(draw % 100000), "恶", 1);
	if (status != STATUS_OK)
		county_fail(c, "node %u cannot overstep: %s", n->index, status_name(status));
	county_forge(c, n, &id);
}

/* --- Records that end ----------------------------------------------------- */

static const struct checkpoint_column days[] = { {30, 2}, {31, 2}, {32, 2}, {33, 2}, {71, 2} };
static const struct checkpoint_column children[] = { {12, 2}, {13, 2}, {14, 2}, {15, 2},
	{16, 2}, {17, 2}, {18, 2}, {21, 2}, {31, 6} };

static uint64_t
ended_here(struct county *c, uint64_t scope)
{
	const struct checkpoint *has = store_checkpoint(replica_store(c->nodes[0].r), scope);

	return has == NULL ? 0 : has->number;
}

/* A child that the hub knows, or 0. */
static int64_t
some_child(struct county *c, uint64_t scope, uint32_t draw)
{
	struct model_state s;
	int64_t child = 0;

	model_state(c->model, &c->nodes[0].known, scope, &s);
	for (unsigned i = 0; i < s.n; i++)
		if (s.rows[i].table == MODEL_PUPIL && !s.rows[i].ended && !s.rows[i].erased &&
		    (child == 0 || draw % (i + 1) == 0))
			child = s.rows[i].key;
	model_state_free(&s);
	return child;
}

static int
end(struct county *c, uint64_t scope, int64_t below, int64_t child, int64_t before_s)
{
	struct checkpoint_column of_days[sizeof(days) / sizeof(days[0])];
	struct checkpoint_column of_children[sizeof(children) / sizeof(children[0])];
	struct checkpoint_rule rules[] = {
		{ .below = below, .columns = of_days,
		    .ncolumns = sizeof(days) / sizeof(days[0]) },
		{ .values = &child, .nvalues = 1, .columns = of_children,
		    .ncolumns = sizeof(children) / sizeof(children[0]) },
	};
	struct checkpoint rule = { .scope = scope, .rules = rules,
	    .nrules = child == 0 ? 1 : 2 };
	struct replica_ended did;
	int status;

	memcpy(of_days, days, sizeof(days));
	memcpy(of_children, children, sizeof(children));
	status = replica_end(c->nodes[0].r, &rule, before_s, false, &did);
	return status == STATUS_EXISTS ? STATUS_OK : status;
}

/* A hub that was put back hears first what has ended; an image is to be heard before
 * (decision 009). */
static bool
may_end(const struct county *c, unsigned school)
{
	for (unsigned i = 0; i < c->nended; i++)
		if (!model_has(&c->nodes[0].known, c->ended[i].tx))
			return false;
	for (unsigned i = 1; i < c->nnodes; i++)
		if (c->nodes[i].school == school && c->nodes[i].twin)
			return false;
	return true;
}

void
county_end(struct county *c, unsigned school, uint32_t draw)
{
	struct county_node *hub = hub_of(c);
	uint64_t scope = COUNTY_FIRST_SCHOOL + school - 1, before = ended_here(c, scope);
	int64_t below = FIRST_DAY + draw % 4;
	int64_t child = draw >> 8 & 1 ? some_child(c, scope, draw >> 9) : 0;
	struct model_author by = county_author(c, hub);
	bool struck;
	int status;

	if (c->nended == COUNTY_SEALS || !may_end(c, school))
		return;
	county_sign_again(c);
	/* Sealed and cut in one act, nobody would know whose it was. */
	if (replica_seal(hub->r) != STATUS_OK)
		county_fail(c, "the hub does not seal");
	county_note_segments(c, hub);
	county_arm(c, hub, NULL, HUB_OPERATIONS);
	status = end(c, scope, below, child, draw & 64 ? c->now_s : c->now_s - draw % 90000);
	struck = county_disarm(c, hub, NULL);
	if (!struck && status != STATUS_OK)
		county_fail(c, "nothing ends: %s (%s)", status_name(status),
		    replica_detail(hub->r));
	if (ended_here(c, scope) != before)
		c->ended[c->nended++] = (struct county_ended){ .scope = scope,
		    .number = ended_here(c, scope),
		    .tx = model_end(c->model, &by, scope, below, child) };
	c->odd = true;
	county_check(c, hub);
}

bool
county_ends_are_out(struct county *c)
{
	for (unsigned i = 0; i < c->nended; i++) {
		bool out = false;

		for (unsigned k = 1; k < c->nnodes; k++)
			out |= c->nodes[k].r != NULL && !c->nodes[k].revoked &&
			    model_has(&c->nodes[k].known, c->ended[i].tx);
		if (!out)
			return false;
	}
	return true;
}
