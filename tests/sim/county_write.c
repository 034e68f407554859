/* What is written at the nodes of a county, by commands of the domain and past them. */
#include <assert.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "gen/county_sql.h"
#include "schema/domain.h"
#include "sync/replica_internal.h"
#include "tests/sim/county.h"

#define FIRST_DAY 9740             /* 2026-09-01 as a day number */
#define STAFF 7
#define CLOCK_FLOOR_S INT64_C(1596153600)
/* About as many as an act takes: a fault asked for later strikes after it. */
#define WRITE_OPERATIONS 16

enum kind { ADD, NAME, SEX, BIRTH, MARK, INCIDENT, ADDRESS, GONE, AGAIN, MESSAGE, LATER,
	ERASE };

struct act {
	enum kind kind;
	struct model_write write;
	bool modelled, gone;       /* modelled: something changes */
	unsigned name;
};

static void
text_of(char ret[32], const char *prefix, int64_t n)
{
	(void)snprintf(ret, 32, "%s%lld", prefix, (long long)n);
}

/* The nth row of a table in a scope that is alive or not and nobody's who is
 * erased, or NULL. */
static const struct model_row *
pick(const struct model_state *s, enum model_table table, uint64_t scope, bool alive,
    uint32_t draw)
{
	unsigned n = 0;

	for (unsigned round = 0; round < 2; round++) {
		unsigned left = n == 0 ? 0 : draw % n;

		for (unsigned i = 0; i < s->n; i++) {
			const struct model_row *r = &s->rows[i];

			if (r->table != table || r->scope != scope || r->erased || r->ended ||
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

static enum kind
kind_of(struct county *c, struct county_node *n, uint32_t draw)
{
	enum kind kind = n->index == 0 ? hub_kinds[draw % 3] : school_kinds[draw % 12];

	if (n->newer && n->index != 0 && draw >> 24 & 1)
		return LATER;
	/* Whom it cannot read, it cannot follow: the stamp depends on what it sees. */
	if ((kind == ADDRESS || kind == GONE || kind == AGAIN) &&
	    !county_reads_private(c, n))
		return SEX;
	return kind;
}

/* Keys and columns of a write to a pupil or a mark. */
static void
fill(struct act *a, const struct county_node *n, struct model_state *s,
    const struct model_row *r, uint32_t draw)
{
	struct model_write *w = &a->write;

	switch (a->kind) {
	case ADD:
	case AGAIN:
		w->whole = true;
		w->mask = (uint8_t)(7 | 1 << MODEL_ADDRESS | n->newer << MODEL_LATER);
		w->values[1] = draw % 3;
		w->values[0] = a->name;
		break;
	case SEX:
		w->mask = 2;
		w->values[1] = r->values[1] == 1 ? 2 : 1;
		break;
	case BIRTH:
		w->mask = 4;
		w->values[2] = 201001 + draw % 12;
		a->modelled = w->values[2] != r->values[2];
		break;
	case ADDRESS:
		w->mask = 1 << MODEL_ADDRESS;
		w->values[MODEL_ADDRESS] = a->name;
		break;
	case LATER:
		w->mask = 1 << MODEL_LATER;
		w->values[MODEL_LATER] = a->name;
		break;
	case GONE:
		w->mask = 0;
		a->gone = true;
		break;
	case MARK:
		w->table = MODEL_MARK;
		w->key2 = 4 * (FIRST_DAY + draw % 3) + 1;
		w->values[0] = 1 + draw / 3 % 3;
		w->values[2] = a->name;
		r = model_find(s, MODEL_MARK, w->scope, w->key, w->key2);
		w->values[1] = 1; /* filled in with the clock */
		w->mask = r != NULL && r->values[0] == w->values[0] ? 6 : 7;
		break;
	case ERASE:
		w->table = MODEL_ERASURE;
		w->values[0] = 1;
		break;
	case INCIDENT:
	case MESSAGE:
		w->table = a->kind == INCIDENT ? MODEL_INCIDENT : MODEL_MESSAGE;
		w->scope = a->kind == INCIDENT ? w->scope : 0;
		w->values[0] = a->name;
		break;
	default:
		w->values[0] = a->name;
		break;
	}
}

/* What will be done, from chance and from what the node sees. */
static struct act
plan_act(struct county *c, struct county_node *n, enum kind kind, uint64_t scope,
    uint32_t draw)
{
	struct act a = { .kind = kind, .modelled = true, .name = ++c->next_name };
	struct model_write *w = &a.write;
	const struct model_row *r = NULL;
	struct model_state s;

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
	fill(&a, n, &s, r, draw);
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
	case ERASE:
		*ret_command = "pupil.erase";
		return json_pack("{sI}", "pupil", key);
	default:
		*ret_command = "notice.publish";
		return json_pack("{ss,ss}", "title", name, "body", "正文");
	}
}

/* A statement of the test in a transaction with or without the node's rights. */
int
county_raw(struct county_node *n, const char *sql, const struct store_author *author,
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
do_raw(struct county_node *n, const struct act *a)
{
	const char *sql = a->kind == GONE ? COUNTY_SQL_PUPIL_GONE :
	    a->kind == AGAIN ? COUNTY_SQL_PUPIL_AGAIN : COUNTY_SQL_PUPIL_LATER;
	char name[32];

	text_of(name, "甲", a->name);
	return county_raw(n, sql, NULL, a->write.scope, a->write.key, name,
	    a->kind == LATER ? (int64_t)a->name : a->write.values[1]);
}

/* The status of a write that is not to be done. */
static int
refusal_of(const struct county *c, const struct county_node *n, const struct act *a)
{
	if (model_ends(c->model, &n->known, &a->write))
		return STATUS_REFUSED;
	/* Until the county's newer program gave it, nobody has the right. */
	if (a->kind == LATER &&
	    (c->granted == 0 || replica_roster(n->r)->number < c->granted))
		return STATUS_RIGHTS;
	if (a->modelled && !county_may(c, n, a->write.table))
		return STATUS_RIGHTS;
	return STATUS_OK;
}

/* The list beside a database that was put back still knows whom it erased: what would
 * be nothing but words about such a child is refused. */
static bool
is_emptied(const struct county *c, const struct act *a, int status, const char *code)
{
	return status == STATUS_REFUSED && strcmp(code, "R18.erased") == 0 &&
	    model_only_words(c->model, &a->write);
}

static int
do_act(struct county *c, struct county_node *n, struct act *a)
{
	struct domain_user user = { .staff = STAFF, .scope = n->scope, .roles =
	    n->index == 0 ? DOMAIN_CLERK : DOMAIN_TEACHER | DOMAIN_HEAD };
	struct domain_error error = {0};
	json_t *args, *answer = NULL;
	const char *command;
	int status;

	if (a->kind == GONE || a->kind == AGAIN || a->kind == LATER)
		return do_raw(n, a);
	args = arguments(a, &command);
	assert(args != NULL);
	status = domain_do(n->r, &user, command, NULL, args, &answer, &error);
	json_decref(args);
	if (status != STATUS_OK && !sim_struck(c->world) && n->fault != COUNTY_FULL &&
	    status != refusal_of(c, n, a) && !is_emptied(c, a, status, error.code))
		county_fail(c, "%s at node %u: %s %s %s", command, n->index,
		    status_name(status), error.code, error.args[0]);
	json_decref(answer);
	return status;
}

static void
act(struct county *c, struct county_node *n, struct act *a)
{
	struct model_author by = county_author(c, n);
	int refusal = refusal_of(c, n, a), status;
	bool struck;
	unsigned tx;

	if (a->kind == MARK)
		a->write.values[1] = (by.clock_s < CLOCK_FLOOR_S ? CLOCK_FLOOR_S :
		    by.clock_s) * 1000;
	county_arm(c, n, NULL, WRITE_OPERATIONS);
	status = do_act(c, n, a);
	tx = model_tx(c->model, &by, a->write.scope, &a->write, a->modelled ? 1 : 0,
	    a->gone);
	n->pending = (int)tx;
	struck = county_disarm(c, n, NULL);
	if (status == STATUS_OK && refusal != STATUS_OK)
		county_fail(c, "node %u writes what it may not", n->index);
	if (!struck && status != STATUS_OK && status != refusal && status != STATUS_REFUSED)
		county_fail(c, "a write fails at node %u: %s", n->index,
		    status_name(status));
	if (status == STATUS_OK && a->modelled)
		model_add(&n->told, tx);
	if (status == STATUS_REFUSED)
		n->pending = -1; /* nothing of it is there */
	county_check(c, n);
	if (status == STATUS_OK)
		n->pending = -1;
}

void
county_write(struct county *c, struct county_node *n, uint32_t draw)
{
	uint64_t scope = n->index != 0 ? n->scope :
	    COUNTY_FIRST_SCHOOL + draw / 64 % c->schools;
	struct act a;

	county_set_clock(c, n);
	a = plan_act(c, n, kind_of(c, n, draw), scope, draw / 12);
	act(c, n, &a);
}

void
county_erase(struct county *c, struct county_node *n, uint32_t draw)
{
	bool quiet = n->fault == COUNTY_NO_FAULT && !n->hostile;
	struct act a;

	county_set_clock(c, n);
	a = plan_act(c, n, ERASE, n->scope, draw);
	act(c, n, &a);
	if (quiet && !store_erasing(replica_store(n->r)))
		county_check_gone(c, n, &n->known);
}

void
county_erase_again(struct county *c, struct county_node *n)
{
	for (unsigned i = 0, all = c->model->nerased; i < all; i++) {
		struct act a = { .kind = ERASE, .modelled = true, .write = {
		    .table = MODEL_ERASURE, .scope = n->scope,
		    .key = c->model->erased[i].key, .mask = 1, .values = { 1 } } };
		const struct model_row *child;
		struct model_state s;
		bool due;

		for (unsigned k = 1; k < MODEL_COLUMNS; k++)
			a.write.values[k] = MODEL_NONE;
		model_state(c->model, &n->known, n->scope, &s);
		child = model_find(&s, MODEL_PUPIL, n->scope, a.write.key, 0);
		due = c->model->erased[i].scope == n->scope && child != NULL &&
		    child->length % 2 == 1 &&
		    model_find(&s, MODEL_ERASURE, n->scope, a.write.key, 0) == NULL;
		model_state_free(&s);
		if (due) {
			county_set_clock(c, n);
			act(c, n, &a);
		}
	}
}

/* --- Hostile -------------------------------------------------------------- */

void
county_forge(struct county *c, struct county_node *n, const struct stream_id *id)
{
	struct model_author by = county_author(c, n);
	unsigned tx = model_tx(c->model, &by, id->scope, NULL, 0, false);

	c->model->txs[tx].forged = true;
	model_append(county_own(c, n, id), tx);
	n->hostile = true;
	c->damaged = true; /* its bundles are refused in part */
}

/* A row in a segment that is signed and chained well, past all that a program asks. */
static int
smuggle(struct county_node *n, const struct stream_id *id, const struct registry *reg,
    const struct registry_table *t, const struct batch_row *row, const struct value *v)
{
	struct segment_header h = { .stream = *id, .count = 1,
	    .roster = n->r->roster.number };
	struct store_segment seg = { .count = 1, .knows = &h.knows };
	struct buffer packed = BUFFER_INIT;
	struct store *s = n->r->store;
	struct store_head head;
	struct batch b;
	int status = replica_seal(n->r);

	batch_init(&b);
	if (status == STATUS_OK)
		status = store_stream(s, id, &seg.writer);
	if (status == STATUS_OK)
		status = store_head(s, seg.writer, &head);
	if (status == STATUS_OK)
		status = batch_add_tx(&b, n->env->now_s(n->env->ctx), STAFF);
	if (status == STATUS_OK)
		status = batch_add_row(&b, t, row, v, true);
	if (status == STATUS_OK) {
		h.first = seg.first = head.stored + 1;
		status = segment_build(reg, n->r->county, &h, head.hash, &b, NULL,
		    &n->r->self, n->env, &packed, seg.hash);
	}
	seg.packed = packed.data;
	seg.packed_len = packed.len;
	if (status == STATUS_OK)
		status = store_begin_merge(s);
	if (status == STATUS_OK)
		status = store_segment_add(s, &seg);
	if (status == STATUS_OK)
		status = store_set_merged(s, seg.writer, seg.first);
	if (status == STATUS_OK)
		status = store_commit_merge(s);
	batch_release(&b);
	buffer_release(&packed);
	return status;
}

/* A county's row in the school's own stream. */
static int
overstep(struct county_node *n, const struct stream_id *id, int64_t key)
{
	const struct registry *reg = n->domain->registry;
	const struct registry_table *t =
	    &reg->tables[registry_find_name(reg, "message")];
	struct value v[5] = { value_int(key), value_int(0), value_text("恶", 3),
	    value_text("恶", 3), value_int(0) };
	struct batch_row row = { .op = BATCH_WHOLE, .length = 1,
	    .stamp = (uint64_t)1 << 30, .mask = registry_value_mask(t) };

	return smuggle(n, id, reg, t, &row, v);
}

/* Facts that are those of another schema. */
static int
nonsense(struct county_node *n, const struct stream_id *id)
{
	static const struct registry_column columns[] = {
		{ .name = "school", .id = 1, .type = VALUE_INT },
		{ .name = "pupil", .id = 2, .type = VALUE_TEXT },
		{ .name = "sex", .id = 5, .type = VALUE_TEXT },
	};
	static const struct registry_table table = { .name = "pupil", .id = 12,
	    .scope = REGISTRY_SCHOOL, .columns = columns, .ncolumns = 3, .nkeys = 2 };
	const struct registry lies = { .version = 1, .tables = &table, .ntables = 1 };
	struct value v[3] = { value_int((int64_t)id->scope), value_text("恶", 3),
	    value_text("恶", 3) };
	struct batch_row row = { .op = BATCH_WHOLE, .length = 1,
	    .stamp = (uint64_t)1 << 30, .mask = 4 };

	return smuggle(n, id, &lies, &table, &row, v);
}

void
county_hostile(struct county *c, struct county_node *n, uint32_t draw)
{
	struct store_author author = { .node = replica_self(n->r)->id,
	    .epoch = n->epoch, .scope = draw % 3 == 0 ? SCOPE_COUNTY : n->scope,
	    .staff = STAFF, .time_s = c->now_s };
	struct stream_id id = { .node = author.node, .epoch = author.epoch,
	    .scope = author.scope };
	int64_t offset_s = n->offset_s;
	int status;

	county_decide(c, n);
	n->offset_s = 0; /* a forger sees to it that the time is one that is taken */
	county_set_clock(c, n);
	n->offset_s = offset_s;
	if (draw % 3 == 1)
		status = overstep(n, &id, (int64_t)(draw % 100000));
	else if (draw % 3 == 2)
		status = nonsense(n, &id);
	else
		status = county_raw(n, COUNTY_SQL_MESSAGE_FORGED, &author, author.scope,
		    (int64_t)(draw % 100000), "恶", 1);
	if (status == STATUS_OK)
		county_forge(c, n, &id);
	else
		county_fail(c, "node %u cannot be hostile (%u): %s", n->index, draw % 3,
		    status_name(status));
}
