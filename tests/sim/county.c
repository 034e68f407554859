#include "tests/sim/county.h"

#include <assert.h>
#include <jansson.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gen/county_sql.h"
#include "schema/domain.h"

#define START_S INT64_C(1788220800) /* 2026-09-01 */
#define FIRST_DAY 9740              /* the same as a day number */
#define STAFF 7
/* About as many as an act takes: a fault asked for later strikes after it. */
#define WRITE_OPERATIONS 16
#define IN_OPERATIONS 40
#define OUT_OPERATIONS 80

/* --- Randomness that libsodium draws by itself ---------------------------- */

static uint64_t sodium_seed, sodium_drawn;

static const char *
sodium_name(void)
{
	return "seeded";
}

static void
sodium_bytes(void *const buf, const size_t len)
{
	uint8_t key[randombytes_SEEDBYTES] = {0};

	memcpy(key, &sodium_seed, sizeof(sodium_seed));
	memcpy(key + 8, &sodium_drawn, sizeof(sodium_drawn));
	sodium_drawn++;
	randombytes_buf_deterministic(buf, len, key);
}

static uint32_t
sodium_word(void)
{
	uint32_t word;

	sodium_bytes(&word, sizeof(word));
	return word;
}

static struct randombytes_implementation seeded = {
	.implementation_name = sodium_name,
	.random = sodium_word,
	.buf = sodium_bytes,
};

/* --- Birth ---------------------------------------------------------------- */

static void
set_clock(struct county *c, struct county_node *n)
{
	sim_set_clock(n->env, c->now_s + n->offset_s);
}

static struct county_node *
node_begin(struct county *c)
{
	struct county_node *n = &c->nodes[c->nnodes];

	n->index = c->nnodes++;
	n->pending = -1;
	(void)snprintf(n->dir, sizeof(n->dir), "node%u", n->index);
	(void)snprintf(n->saved_dir, sizeof(n->saved_dir), "saved%u", n->index);
	sim_mount(c->world, n->dir);
	sim_mount(c->world, n->saved_dir);
	n->env = sim_node(c->world, 1000 + n->index, c->now_s);
	return n;
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

static void
open_node(struct county *c, struct county_node *n)
{
	int status;

	set_clock(c, n);
	status = replica_open(n->dir, n->env, &schema_domain, &n->r);
	if (status != STATUS_OK)
		county_fail(c, "node %u does not open: %s", n->index,
		    status_name(status));
	n->epoch = epoch_of(n);
}

/* What the engine wrote by itself at birth: transactions without rows of ours. */
static void
adopt(struct county *c, struct county_node *n)
{
	struct store *s = replica_store(n->r);

	for (uint32_t w = 1; w <= store_stream_count(s); w++) {
		const struct stream_id *id = store_stream_id(s, w);
		struct model_stream *m = model_stream(c->model, id);
		struct store_head head;

		if (store_head(s, w, &head) != STATUS_OK)
			county_fail(c, "no head of a new stream");
		while (m->n < head.logged) {
			unsigned tx = model_tx(c->model, &id->node, c->now_s, id->scope,
			    &n->known, NULL, 0, false);

			model_append(m, tx);
			model_add(&n->known, tx);
			model_add(&c->told, tx);
		}
	}
}

static void
hub_begin(struct county *c)
{
	struct replica_hub_options o = { .county = 410185, .name = "登封市",
	    .passphrase = "correct horse battery",
	    .root_copies = { "node0/root0", "node0/root1" } };
	struct county_node *hub = node_begin(c);

	if (replica_init_hub(hub->dir, hub->env, &schema_domain, &o) != STATUS_OK)
		county_fail(c, "the hub is not born");
	open_node(c, hub);
	adopt(c, hub);
}

static void
school_begin(struct county *c)
{
	struct county_node *n = node_begin(c);
	struct replica_invite in = { .role = ROLE_SCHOOL, .school = {
	    .id = COUNTY_FIRST_SCHOOL + n->index - 1, .name = "冶上教学点",
	    .class_code = 220, .kind = 1 } };
	struct buffer file = BUFFER_INIT;
	char recovery[RECOVERY_TEXT_BYTES];

	n->scope = in.school.id;
	if (replica_invite(c->nodes[0].r, &in, &file) != STATUS_OK ||
	    replica_init_school(n->dir, n->env, &schema_domain, file.data, file.len,
	    recovery) != STATUS_OK)
		county_fail(c, "school %u is not born", n->index);
	buffer_release(&file);
	open_node(c, n);
	adopt(c, n);
}

struct county *
county_new(unsigned schools)
{
	struct county *c = calloc(1, sizeof(*c));

	assert(c != NULL && schools <= COUNTY_MAX_SCHOOLS);
	sodium_seed = sodium_drawn = 0;
	(void)randombytes_set_implementation(&seeded);
	c->world = sim_world_new(schools);
	c->model = model_new();
	c->nodes = calloc(schools + 1, sizeof(*c->nodes));
	assert(c->nodes != NULL);
	c->now_s = START_S;
	(void)sim_databases(c->world);
	for (unsigned i = 0; i < COUNTY_STICKS; i++) {
		(void)snprintf(c->sticks[i], sizeof(c->sticks[i]), "stick%u", i);
		sim_mount(c->world, c->sticks[i]);
		sim_set_vfat(c->world, c->sticks[i], i % 2 == 0);
	}
	for (unsigned i = 0; i < COUNTY_SHELVES; i++) {
		(void)snprintf(c->shelves[i], sizeof(c->shelves[i]), "shelf%u", i);
		sim_mount(c->world, c->shelves[i]);
	}
	hub_begin(c);
	for (unsigned i = 0; i < schools; i++)
		school_begin(c);
	return c;
}

void
county_seed(struct county *c, uint64_t seed)
{
	sodium_seed = seed;
	sodium_drawn = 0;
	sim_reseed(c->world, seed);
}

void
county_free(struct county *c)
{
	for (unsigned i = 0; i < c->nnodes; i++) {
		replica_close(c->nodes[i].r);
		free(c->nodes[i].marks);
	}
	sim_world_free(c->world);
	model_free(c->model);
	free(c->nodes);
	free(c);
}

/* --- Faults --------------------------------------------------------------- */

static void
arm(struct county *c, struct county_node *n, const char *stick, unsigned operations)
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

void
county_reopen(struct county *c, struct county_node *n)
{
	replica_close(n->r);
	n->r = NULL;
	open_node(c, n);
}

/* The power goes, at the latest now: what the act said to have done stands. */
static void
cut_power(struct county *c, struct county_node *n, const char *stick, bool struck)
{
	enum sim_cut how = struck && n->fault_at >> 16 & 1 ? SIM_KEEP_SOME : SIM_DROP_ALL;

	replica_close(n->r);
	n->r = NULL;
	sim_power_cut_at(c->world, n->dir, how);
	if (stick != NULL)
		sim_power_cut_at(c->world, stick, how);
	c->damaged |= struck && stick != NULL;
	open_node(c, n);
}

/* True when something went wrong, and so no status is expected of the act. */
static bool
disarm(struct county *c, struct county_node *n, const char *stick)
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

/* --- Writing -------------------------------------------------------------- */

enum kind { ADD, NAME, SEX, BIRTH, MARK, INCIDENT, ADDRESS, GONE, AGAIN, MESSAGE };

struct act {
	enum kind kind;
	struct model_write write;
	bool modelled, gone;
	unsigned name;
};

static void
text_of(char ret[32], const char *prefix, int64_t n)
{
	(void)snprintf(ret, 32, "%s%lld", prefix, (long long)n);
}

/* The nth row of a table in a scope that is alive or not, or NULL. */
static const struct model_row *
pick(const struct model_state *s, enum model_table table, uint64_t scope, bool alive,
    uint32_t draw)
{
	unsigned n = 0;

	for (unsigned round = 0; round < 2; round++) {
		unsigned left = n == 0 ? 0 : draw % n;

		for (unsigned i = 0; i < s->n; i++) {
			const struct model_row *r = &s->rows[i];

			if (r->table != table || r->scope != scope ||
			    (r->length % 2 == 1) != alive)
				continue;
			if (round == 1 && left-- == 0)
				return r;
			n += round == 0;
		}
	}
	return NULL;
}

static const enum kind school_kinds[] = { ADD, ADD, NAME, SEX, BIRTH, MARK, MARK, MARK,
	INCIDENT, ADDRESS, GONE, AGAIN };
static const enum kind hub_kinds[] = { NAME, SEX, MESSAGE };

/* What will be done, from chance and from what the node sees. */
static struct act
plan_act(struct county *c, struct county_node *n, uint64_t scope, uint32_t draw)
{
	struct act a = { .modelled = true, .name = ++c->next_name };
	struct model_write *w = &a.write;
	const struct model_row *r = NULL;
	struct model_state s;

	a.kind = n->index == 0 ? hub_kinds[draw % 3] : school_kinds[draw % 12];
	draw /= 12;
	w->scope = scope;
	for (unsigned i = 0; i < MODEL_COLUMNS; i++)
		w->values[i] = MODEL_NONE;
	model_state(c->model, &n->known, n->scope, &s);
	if (a.kind != MESSAGE && a.kind != INCIDENT)
		r = pick(&s, MODEL_PUPIL, scope, a.kind != AGAIN, draw);
	if (r == NULL && a.kind != INCIDENT && a.kind != MESSAGE)
		a.kind = n->index == 0 ? MESSAGE : ADD;
	w->key = r == NULL || a.kind == ADD ? 0 : r->key;
	w->mask = 1;
	switch (a.kind) {
	case ADD:
	case AGAIN:
		w->whole = true;
		w->mask = 7;
		w->values[1] = draw % 3;
		w->values[0] = a.name;
		break;
	case NAME:
		w->values[0] = a.name;
		break;
	case SEX:
		w->mask = 2;
		w->values[1] = r->values[1] == 1 ? 2 : 1;
		break;
	case BIRTH:
		w->mask = 4;
		w->values[2] = 201001 + draw % 12;
		a.modelled = w->values[2] != r->values[2];
		break;
	case GONE:
		w->mask = 0;
		a.gone = true;
		break;
	case MARK:
		w->table = MODEL_MARK;
		w->key2 = 4 * (FIRST_DAY + draw % 3) + 1;
		w->values[0] = 1 + draw / 3 % 3;
		w->values[2] = a.name;
		w->whole = false;
		r = model_find(&s, MODEL_MARK, scope, w->key, w->key2);
		w->values[1] = 1; /* filled in with the clock */
		w->mask = 7;
		if (r != NULL && r->values[0] == w->values[0])
			w->mask = 6;
		break;
	case INCIDENT:
		w->table = MODEL_INCIDENT;
		w->values[0] = a.name;
		break;
	case MESSAGE:
		w->table = MODEL_MESSAGE;
		w->scope = 0;
		w->values[0] = a.name;
		break;
	case ADDRESS:
		a.modelled = false;
		break;
	}
	model_state_free(&s);
	return a;
}

static json_t *
arguments(const struct act *a, const char **ret_command)
{
	const struct model_write *w = &a->write;
	json_int_t key = (json_int_t)w->key, scope = (json_int_t)w->scope;
	char name[32], date[16];

	text_of(name, "甲", a->name);
	switch (a->kind) {
	case ADD:
		*ret_command = "pupil.add";
		return json_pack("{ss,sI,si,si}", "name", name, "sex",
		    (json_int_t)w->values[1], "school_year", 2026, "grade", 1);
	case NAME:
		*ret_command = "pupil.edit";
		return json_pack("{sI,ss,sI}", "pupil", key, "name", name, "school", scope);
	case SEX:
		*ret_command = "pupil.edit";
		return json_pack("{sI,sI,sI}", "pupil", key, "sex",
		    (json_int_t)w->values[1], "school", scope);
	case BIRTH:
		*ret_command = "pupil.edit";
		(void)snprintf(date, sizeof(date), "%04d-%02d",
		    (int)(w->values[2] / 100), (int)(w->values[2] % 100));
		return json_pack("{sI,ss}", "pupil", key, "birth", date);
	case MARK:
		*ret_command = "attendance.correct";
		(void)snprintf(date, sizeof(date), "2026-09-%02d",
		    (int)(w->key2 / 4 - FIRST_DAY + 1));
		return json_pack("{ss,si,sI,sI,ss}", "date", date, "slot", 1, "pupil", key,
		    "state", (json_int_t)w->values[0], "reason", name);
	case INCIDENT:
		*ret_command = "incident.report";
		return json_pack("{si,ss,ss,ss}", "kind", 9, "date", "2026-09-01", "place",
		    "院", "what", name);
	case ADDRESS:
		*ret_command = "pupil.private";
		return json_pack("{sI,ss}", "pupil", key, "address", name);
	default:
		*ret_command = "notice.publish";
		return json_pack("{ss,ss}", "title", name, "body", "正文");
	}
}

/* A statement of the test in a transaction with or without the node's rights. */
static int
raw(struct county_node *n, const char *sql, const struct store_author *author,
    uint64_t scope, int64_t key, const char *name, int64_t sex)
{
	struct store *s = replica_store(n->r);
	struct store_stmt *st;
	uint64_t seq;
	bool row;
	int status = author == NULL ? replica_begin(n->r, scope, LANE_ORDINARY, STAFF) :
	    store_begin(s, author);

	if (status != STATUS_OK)
		return status;
	status = store_prepare(s, sql, &st, NULL);
	if (status == STATUS_OK)
		status = store_bind(st, "school", value_int((int64_t)scope));
	if (status == STATUS_OK)
		status = store_bind(st, "pupil", value_int(key));
	if (status == STATUS_OK)
		status = store_bind(st, "name", value_text(name, strlen(name)));
	if (status == STATUS_OK)
		status = store_bind(st, "sex", value_int(sex));
	if (status == STATUS_OK) {
		status = store_step(st, &row);
		store_reset(st);
	}
	if (status == STATUS_OK)
		return store_commit(s, &seq);
	store_rollback(s);
	return status;
}

static int
do_act(struct county *c, struct county_node *n, struct act *a)
{
	struct domain_user user = { .staff = STAFF, .scope = n->scope, .roles =
	    n->index == 0 ? DOMAIN_CLERK : DOMAIN_TEACHER | DOMAIN_HEAD };
	struct domain_error error = {0};
	json_t *args, *answer = NULL;
	const char *command;
	char name[32];
	int status;

	text_of(name, "甲", a->name);
	if (a->kind == GONE || a->kind == AGAIN)
		return raw(n, a->kind == GONE ? COUNTY_SQL_PUPIL_GONE :
		    COUNTY_SQL_PUPIL_AGAIN, NULL, a->write.scope, a->write.key, name,
		    a->write.values[1]);
	args = arguments(a, &command);
	assert(args != NULL);
	status = domain_do(n->r, &user, command, NULL, args, &answer, &error);
	json_decref(args);
	if (status != STATUS_OK && !sim_struck(c->world) && n->fault != COUNTY_FULL)
		county_fail(c, "%s at node %u: %s %s %s", command, n->index,
		    status_name(status), error.code, error.args[0]);
	json_decref(answer);
	return status;
}

void
county_write(struct county *c, struct county_node *n, uint32_t draw)
{
	uint64_t scope = n->index != 0 ? n->scope :
	    COUNTY_FIRST_SCHOOL + draw / 64 % (c->nnodes - 1);
	struct act a;
	int64_t clock;
	unsigned tx;
	int status;

	set_clock(c, n);
	a = plan_act(c, n, scope, draw);
	clock = c->now_s + n->offset_s;
	if (a.kind == MARK)
		a.write.values[1] = (clock < INT64_C(1596153600) ? INT64_C(1596153600) :
		    clock) * 1000;
	arm(c, n, NULL, WRITE_OPERATIONS);
	status = do_act(c, n, &a);
	tx = model_tx(c->model, &replica_self(n->r)->id, clock, a.write.scope, &n->known,
	    &a.write, a.modelled ? 1 : 0, a.gone);
	n->pending = (int)tx;
	if (!disarm(c, n, NULL) && status != STATUS_OK)
		county_fail(c, "a write fails at node %u: %s", n->index,
		    status_name(status));
	if (status == STATUS_OK && (a.kind != BIRTH || a.modelled))
		model_add(&c->told, tx);
	county_check(c, n);
	if (status == STATUS_OK)
		n->pending = -1;
}

/* A school whose program does not ask what it may write sends for the county. */
void
county_hostile(struct county *c, struct county_node *n, uint32_t draw)
{
	struct store_author author = { .node = replica_self(n->r)->id,
	    .epoch = n->epoch, .scope = SCOPE_COUNTY, .staff = STAFF, .time_s = c->now_s };
	struct stream_id id = { .node = author.node, .epoch = author.epoch,
	    .scope = author.scope };
	unsigned tx;

	if (n->pending >= 0 || raw(n, COUNTY_SQL_MESSAGE_FORGED, &author, 0, (int64_t)(draw % 100000), "恶", 1)
	    != STATUS_OK)
		return;
	n->hostile = true;
	tx = model_tx(c->model, &author.node, c->now_s, SCOPE_COUNTY, &n->known, NULL, 0,
	    false);
	c->model->txs[tx].forged = true;
	model_append(model_stream(c->model, &id), tx);
	c->damaged = true; /* its bundles are refused in part */
}

/* --- Carrying ------------------------------------------------------------- */

static void
take_in(struct county *c, struct county_node *n, const char *stick)
{
	struct replica_import in = {0};
	bool struck;
	int status;

	arm(c, n, stick, IN_OPERATIONS);
	status = replica_import(n->r, stick, NULL, NULL, &in);
	struck = disarm(c, n, stick);
	if (struck)
		return;
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		county_fail(c, "node %u cannot take %s in: %s (%s)", n->index, stick,
		    status_name(status), replica_detail(n->r));
	if (status == STATUS_OK && !c->damaged && !c->restored &&
	    (in.held != 0 || in.refused != 0 || in.partly != 0))
		county_fail(c, "node %u: %u files refused, %u in part, %llu held of a "
		    "sound stick", n->index, in.refused, in.partly,
		    (unsigned long long)in.held);
}

static void
put_out(struct county *c, struct county_node *n, const char *stick)
{
	struct replica_export out;
	bool struck;
	int status;

	arm(c, n, stick, OUT_OPERATIONS);
	status = replica_export(n->r, stick, n->index == 0, &out);
	struck = disarm(c, n, stick);
	if (!struck && status != STATUS_OK)
		county_fail(c, "node %u cannot export: %s (%s)", n->index,
		    status_name(status), replica_detail(n->r));
}

void
county_carry(struct county *c, struct county_node *n, const char *stick, bool out)
{
	set_clock(c, n);
	if (out)
		put_out(c, n, stick);
	else
		take_in(c, n, stick);
	county_check(c, n);
}

/* --- Older states --------------------------------------------------------- */

static void
copy_file(struct county *c, const char *from, const char *to, const char *name)
{
	char a[64], b[64];
	const uint8_t *p;
	uint8_t *copy;
	size_t len;

	(void)snprintf(a, sizeof(a), "%s/%s", from, name);
	(void)snprintf(b, sizeof(b), "%s/%s", to, name);
	p = sim_peek(c->world, a, &len);
	if (p == NULL) {
		sim_remove(c->world, b);
		return;
	}
	copy = malloc(len + 1);
	assert(copy != NULL);
	memcpy(copy, p, len);
	sim_poke(c->world, b, copy, len);
	free(copy);
}

static bool
is_own(const struct county_node *n, const struct stream_id *id)
{
	return node_id_compare(&id->node, &replica_self(n->r)->id) == 0;
}

void
county_save(struct county *c, struct county_node *n)
{
	struct store *s = replica_store(n->r);

	if (n->pending >= 0)
		return;
	copy_file(c, n->dir, n->saved_dir, "kehou.db");
	copy_file(c, n->dir, n->saved_dir, "kehou.db-wal");
	n->saved = true;
	n->saved_epoch = n->epoch;
	n->saved_known = n->known;
	n->nmarks = 0;
	n->marks = realloc(n->marks, (store_stream_count(s) + 1) * sizeof(*n->marks));
	assert(n->marks != NULL);
	for (uint32_t w = 1; w <= store_stream_count(s); w++) {
		const struct stream_id *id = store_stream_id(s, w);
		struct store_head head;

		if (!is_own(n, id) || store_head(s, w, &head) != STATUS_OK)
			continue;
		n->marks[n->nmarks++] = (struct county_mark){ .id = *id,
		    .logged = head.logged, .stored = head.stored };
	}
}

/* Own streams after the older state was put back: in the same epoch nothing left
 * since, and the numbers after the save are given again; in a new one, what was
 * logged and not sealed goes on there. */
static void
follow_restore(struct county *c, struct county_node *n, uint64_t before)
{
	for (unsigned i = 0; n->epoch == before && i < c->model->nstreams; i++) {
		struct model_stream *m = &c->model->streams[i];
		uint64_t through = 0;

		if (!is_own(n, &m->id) || m->id.epoch != before)
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
			unsigned tx = model_stream(c->model, &n->marks[i].id)->txs[at];

			model_append(model_stream(c->model, &next), tx);
		}
	}
}

void
county_restore(struct county *c, struct county_node *n)
{
	uint64_t before;

	if (!n->saved)
		return;
	before = n->saved_epoch;
	replica_close(n->r);
	n->r = NULL;
	copy_file(c, n->saved_dir, n->dir, "kehou.db");
	copy_file(c, n->saved_dir, n->dir, "kehou.db-wal");
	for (unsigned i = 0; i < c->model->n; i++)
		if (model_has(&n->known, i) && !model_has(&n->saved_known, i))
			c->model->txs[i].lost = true;
	n->known = n->saved_known;
	n->pending = -1;
	c->restored = true;
	open_node(c, n);
	follow_restore(c, n, before);
	county_check(c, n);
}
