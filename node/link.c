#include "node/link.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sodium.h>

#include "node/history.h"
#include "node/log.h"
#include "node/outing.h"
#include "node/policy_plan.h"
#include "schema/built.h"

#define DAY_S INT64_C(86400)
#define ZONE_S INT64_C(28800) /* UTC+8, always */
#define STATE_MAX_BYTES 4096

static const char *const ends[] = { "", "done", "stopped", "no_name", "no_route", "slow",
	"tls", "portal", "other_hub", "busy", "refused", "budget", "here",
	"proxy", "clock" };
_Static_assert(sizeof(ends) / sizeof(ends[0]) == COURIER_ENDS, "a word for each end");

struct link {
	struct link_options o;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool stop, asked, running, news; /* under lock, as past and plan */
	bool by_hand;                  /* what runs was asked for, or what it goes on with */
	bool again;                    /* at once, on the same terms */
	bool ahead;                    /* what runs is the urgent one */
	struct link_past past;
	struct link_plan plan;         /* in force: the policy's, then kehoud.ini's */
	uint64_t roster;               /* number after the last import */
	char *state_path;
};

/* ---- when ---- */

static unsigned
part(unsigned of_s, unsigned jitter)
{
	return (unsigned)((uint64_t)of_s * (jitter & 0xffff) >> 16);
}

unsigned
link_retry_s(unsigned failures, unsigned wish_s, unsigned jitter)
{
	unsigned wait = LINK_RETRY_S;

	for (unsigned i = 1; i < failures && wait < LINK_LONGEST_RETRY_S; i++)
		wait *= 2;
	if (wait > LINK_LONGEST_RETRY_S)
		wait = LINK_LONGEST_RETRY_S;
	if (wish_s > LINK_LONGEST_RETRY_S)
		wish_s = LINK_LONGEST_RETRY_S;
	/* Half to one and a half. */
	wait = wait / 2 + part(wait, jitter);
	/* What was asked for, and chance on top: all were told the same. */
	wish_s += part(wish_s / 2, jitter);
	return wait > wish_s ? wait : wish_s;
}

static int64_t
window_start(const struct link_plan *p, int64_t at_s)
{
	int64_t day = (at_s + ZONE_S) / DAY_S * DAY_S - ZONE_S;
	int64_t from = day + (int64_t)p->from_min * 60, to = day + (int64_t)p->to_min * 60;

	if (p->from_min == p->to_min)
		return at_s;
	if (p->from_min < p->to_min) {
		if (at_s < from)
			return from;
		return at_s < to ? at_s : from + DAY_S;
	}
	/* Over midnight. */
	return at_s >= from || at_s < to ? at_s : from;
}

uint64_t
link_left_bytes(const struct link_plan *plan, const struct link_past *past, int64_t now_s)
{
	uint64_t used = past->day == (now_s + ZONE_S) / DAY_S ? past->bytes : 0;

	if (plan->day_bytes == 0)
		return UINT64_MAX;
	return plan->day_bytes > used ? plan->day_bytes - used : 0;
}

bool
link_open(const struct link_plan *plan, int64_t now_s)
{
	return plan->network && window_start(plan, now_s) == now_s;
}

int64_t
link_next_s(const struct link_plan *plan, const struct link_past *past, int64_t now_s)
{
	int64_t next = past->last_success_s + plan->interval_s;

	if (past->failures > 0)
		next = past->next_s;
	/* A clock that was set back must not silence the school for years. */
	if (next > now_s + (int64_t)plan->interval_s + LINK_LONGEST_RETRY_S * 3 / 2)
		next = now_s;
	if (next < now_s)
		next = now_s;
	if (link_left_bytes(plan, past, now_s) == 0)
		next = (now_s + ZONE_S) / DAY_S * DAY_S + DAY_S - ZONE_S;
	return window_start(plan, next);
}

/* ---- what is kept ---- */

static enum courier_end
end_of(const char *word)
{
	for (size_t i = 0; word != NULL && i < sizeof(ends) / sizeof(ends[0]); i++)
		if (strcmp(word, ends[i]) == 0)
			return (enum courier_end)i;
	return (enum courier_end)0;
}

static void
load(struct link *l)
{
	struct buffer b = BUFFER_INIT;
	json_t *o = NULL;

	if (env_read_file(l->o.env, l->state_path, STATE_MAX_BYTES, &b) == STATUS_OK)
		o = json_loadb((const char *)b.data, b.len, 0, NULL);
	buffer_release(&b);
	l->past.next_s = json_integer_value(json_object_get(o, "next_s"));
	l->past.last_success_s = json_integer_value(json_object_get(o, "last_success_s"));
	l->past.last_failure_s = json_integer_value(json_object_get(o, "last_failure_s"));
	l->past.failures = (unsigned)json_integer_value(json_object_get(o, "failures"));
	l->past.day = json_integer_value(json_object_get(o, "day"));
	l->past.bytes = (uint64_t)json_integer_value(json_object_get(o, "bytes"));
	l->past.end = end_of(json_string_value(json_object_get(o, "end")));
	l->past.out_success_s = json_integer_value(json_object_get(o, "out_success_s"));
	l->past.out_failure_s = json_integer_value(json_object_get(o, "out_failure_s"));
	l->past.in_success_s = json_integer_value(json_object_get(o, "in_success_s"));
	l->past.in_failure_s = json_integer_value(json_object_get(o, "in_failure_s"));
	l->past.part = json_is_true(json_object_get(o, "part"));
	l->past.urgent = json_is_true(json_object_get(o, "urgent"));
	json_decref(o);
}

/* Losing it costs one exchange that comes too early. */
static void
save(struct link *l)
{
	json_t *o = json_pack("{s:I, s:I, s:I, s:i, s:I, s:I, s:s, s:I, s:I, s:I, s:I,"
	    " s:b, s:b}", "next_s",
	    (json_int_t)l->past.next_s, "last_success_s",
	    (json_int_t)l->past.last_success_s, "last_failure_s",
	    (json_int_t)l->past.last_failure_s, "failures", (int)l->past.failures, "day",
	    (json_int_t)l->past.day, "bytes", (json_int_t)l->past.bytes, "end",
	    ends[l->past.end], "out_success_s", (json_int_t)l->past.out_success_s,
	    "out_failure_s", (json_int_t)l->past.out_failure_s, "in_success_s",
	    (json_int_t)l->past.in_success_s, "in_failure_s",
	    (json_int_t)l->past.in_failure_s, "part", (int)l->past.part, "urgent",
	    (int)l->past.urgent);
	char *text = o == NULL ? NULL : json_dumps(o, JSON_COMPACT);

	if (text != NULL)
		(void)!env_write_file(l->o.env, l->state_path, (const uint8_t *)text,
		    strlen(text));
	free(text);
	json_decref(o);
}

/* ---- the engine, waited for ---- */

struct errand {
	struct engine_job job;
	struct link *link;
	void (*work)(struct errand *e, struct replica *r);
	pthread_mutex_t lock;
	pthread_cond_t done;
	bool finished;
	int status;
	/* in and out */
	const char *name;
	bool yes;
	struct node_id node;
	unsigned index;
	uint64_t roster;
	char *folder;
	struct link_plan plan;
	char proof[COURIER_PROOF_BYTES];
};

static void
run_errand(struct engine_job *job, struct replica *r, int status)
{
	struct errand *e = (struct errand *)job;

	e->status = status;
	if (r != NULL)
		e->work(e, r);
	pthread_mutex_lock(&e->lock);
	e->finished = true;
	pthread_cond_signal(&e->done);
	pthread_mutex_unlock(&e->lock);
}

static int
errand(struct link *l, struct errand *e, void (*work)(struct errand *e, struct replica *r))
{
	int status;

	e->job.run = run_errand;
	e->link = l;
	e->work = work;
	e->finished = false;
	pthread_mutex_init(&e->lock, NULL);
	pthread_cond_init(&e->done, NULL);
	status = engine_submit(l->o.engine, &e->job);
	pthread_mutex_lock(&e->lock);
	while (status == STATUS_OK && !e->finished)
		pthread_cond_wait(&e->done, &e->lock);
	pthread_mutex_unlock(&e->lock);
	pthread_cond_destroy(&e->done);
	pthread_mutex_destroy(&e->lock);
	return status == STATUS_OK ? e->status : status;
}

static void
work_plan(struct errand *e, struct replica *r)
{
	e->status = policy_plan(r, e->link->o.env, &e->plan);
}

/* Into a folder of its own: ahead, or everything.  What went in part stays what it is: made
 * anew with each record that is written meanwhile, it would never get to its end where a day
 * has fewer bytes than it. */
static void
work_outgoing(struct errand *e, struct replica *r)
{
	const struct roster_cert *hub = roster_hub(replica_roster(r));
	struct replica_export done;

	if (replica_role(r) == ROLE_HUB)
		log_line(LOG_LEVEL_WARNING, "this is the hub itself: [hub] url is for schools and "
		    "relays, it calls nobody");
	if (replica_role(r) == ROLE_HUB || hub == NULL) {
		e->status = STATUS_UNCERTIFIED;
		return;
	}
	e->status = spool_out(e->link->o.spool, &hub->node.id, e->yes, &e->folder);
	if (!e->yes && e->link->past.part)
		return;
	/* The export writes the newest roster; older ones need not go. */
	if (e->status == STATUS_OK)
		e->status = spool_drop_rosters(e->link->o.env, e->folder, NULL);
	if (e->status == STATUS_OK)
		e->status = e->yes ? replica_export_urgent(r, e->folder, &hub->node.id, &done) :
		    replica_export_to(r, e->folder, &hub->node.id, &done);
}

static void
work_known(struct errand *e, struct replica *r)
{
	const struct roster *roster = replica_roster(r);
	const struct roster_cert *cert = roster_node(roster, &e->node);

	e->yes = cert != NULL && cert->role != ROLE_SCHOOL && !roster_revoked(roster, &e->node);
}

static int
count_client(void *ctx, const struct node_id *node)
{
	struct errand *e = ctx;

	if (e->index-- > 1)
		return 0;
	e->node = *node;
	e->yes = true;
	return 1;
}

static void
work_whose(struct errand *e, struct replica *r)
{
	e->yes = e->index == 0;
	if (e->yes)
		e->node = replica_self(r)->id;
	else if (replica_clients(r, count_client, e) < 0)
		e->yes = false;
}

static void
work_delivered(struct errand *e, struct replica *r)
{
	e->status = replica_delivered(r, e->name);
}

static void
work_vouch(struct errand *e, struct replica *r)
{
	uint8_t proof[PROOF_BYTES];

	replica_prove(r, e->name, proof);
	sodium_bin2hex(e->proof, sizeof(e->proof), proof, sizeof(proof));
}

static void
work_seen(struct errand *e, struct replica *r)
{
	e->yes = replica_has_seen(r, e->name);
}

static void
on_file(void *ctx, const struct replica_file *f)
{
	(void)ctx;
	if (f->outcome == REPLICA_REFUSED)
		log_line(LOG_LEVEL_WARNING, "%s from the hub was refused: %s", f->name,
		    status_text(f->status));
}

static void
work_incoming(struct errand *e, struct replica *r)
{
	struct replica_import done;
	const char *folder;
	size_t n = 1;

	e->yes = replica_role(r) == ROLE_RELAY;
	while (e->status == STATUS_OK && n > 0) {
		e->status = spool_take(e->link->o.spool, &folder, &n);
		if (e->status == STATUS_OK && n > 0)
			e->status = replica_import(r, folder, on_file, NULL, &done);
		if (e->status == STATUS_OK && n > 0) {
			engine_warn(&done);
			spool_done(e->link->o.spool);
		}
		if (e->status == STATUS_OK && n > 0 && done.transactions > 0)
			history_add(e->link->o.env, e->link->o.dir, &(struct history_line){
			    .way = HISTORY_NETWORK, .in = true,
			    .bundles = done.merged + done.partly,
			    .transactions = done.transactions,
			    .outcome = done.partly > 0 ? "partly" : "merged", .message = "" });
	}
	e->roster = replica_roster(r)->number;
}

/* ---- one exchange ---- */

static bool
is_seen(void *ctx, const char *name)
{
	struct errand e = { .name = name };

	return errand(ctx, &e, work_seen) == STATUS_OK && e.yes;
}

static bool
vouch(void *ctx, const char *what, char ret[COURIER_PROOF_BYTES])
{
	struct errand e = { .name = what };

	if (errand(ctx, &e, work_vouch) != STATUS_OK)
		return false;
	memcpy(ret, e.proof, COURIER_PROOF_BYTES);
	return true;
}

static int
have_piece(void *ctx, const char *name, uint64_t *ret_offset, bool *ret_whole)
{
	struct link *l = ctx;

	return spool_have(l->o.spool, name, ret_offset, ret_whole);
}

static int
append_piece(void *ctx, const char *name, uint64_t offset, uint64_t total, const void *data,
    size_t len, uint64_t *ret_have, bool *ret_whole)
{
	/* What we ask for ourselves gives way to nobody's. */
	static const struct spool_from from = { .what = SPOOL_CARRIER, .node = {{0xff}} };
	struct link *l = ctx;

	return spool_append(l->o.spool, name, &from, offset, total, data, len, ret_have, ret_whole);
}

static bool
is_known(void *ctx, const struct node_id *node)
{
	struct errand e = { .node = *node };

	return errand(ctx, &e, work_known) == STATUS_OK && e.yes;
}

static bool
whose(void *ctx, unsigned i, struct node_id *ret)
{
	struct errand e = { .index = i };

	if (errand(ctx, &e, work_whose) != STATUS_OK || !e.yes)
		return false;
	*ret = e.node;
	return true;
}

static void
delivered(void *ctx, const char *name)
{
	struct errand e = { .name = name };

	/* Kept once more is no harm. */
	(void)!errand(ctx, &e, work_delivered);
}

/* Under the lock. */
static bool
urgent_now(const struct link *l)
{
	int64_t left = l->past.urgent_next_s - l->o.env->now_s(l->o.env->ctx);

	/* A clock that was set back must not hold it up. */
	return l->past.urgent && l->plan.network && (left <= 0 || left > LINK_URGENT_RETRY_S);
}

static bool
is_stopping(void *ctx)
{
	struct link *l = ctx;
	bool stop;

	pthread_mutex_lock(&l->lock);
	stop = l->stop || (!l->ahead && (urgent_now(l) || (!l->by_hand &&
	    !link_open(&l->plan, l->o.env->now_s(l->o.env->ctx)))));
	pthread_mutex_unlock(&l->lock);
	return stop;
}

static void
exchange(struct link *l, bool ahead, uint64_t left_bytes, struct courier_result *ret)
{
	struct errand e = { .yes = ahead }, in = { .folder = NULL };
	struct courier_job job = { .known = is_known, .whose = whose, .delivered = delivered,
		.seen = is_seen, .vouch = vouch, .have = have_piece, .append = append_piece,
		.stop = is_stopping, .only_send = ahead, .ctx = l };
	int status = errand(l, &e, work_outgoing);

	memset(ret, 0, sizeof(*ret));
	ret->end = COURIER_HERE;
	if (status == STATUS_OK) {
		job.folder = e.folder;
		if (left_bytes != UINT64_MAX && !ahead)
			job.max_bytes = left_bytes > 0 ? left_bytes : 1; /* too few */
		outing_run(&l->o.courier, &job, ret);
		spool_sweep(l->o.spool, l->o.env->now_s(l->o.env->ctx));
		status = errand(l, &in, work_incoming);
	}
	/* No certificate is valid yet for a clock that fell back. */
	if (ret->end == COURIER_TLS && built_after(l->o.env->now_s(l->o.env->ctx)))
		ret->end = COURIER_CLOCK;
	/* One school's refused bundle is no failure of the relay that brought it. */
	if (status == STATUS_OK && in.yes && ret->end == COURIER_REFUSED)
		ret->end = COURIER_DONE;
	/* With a newer roster it may be another answer. */
	if (status == STATUS_OK && in.roster != l->roster) {
		l->news = l->roster != 0 || ret->end == COURIER_OTHER_HUB;
		l->roster = in.roster;
	}
	if (status != STATUS_OK) {
		pthread_mutex_lock(&l->lock);
		ret->end = l->stop ? COURIER_STOPPED : COURIER_HERE;
		pthread_mutex_unlock(&l->lock);
		(void)snprintf(ret->detail, sizeof(ret->detail), "%s", status_text(status));
	}
	free(e.folder);
}

static unsigned
random_bits(struct link *l)
{
	uint8_t b[2];

	l->o.env->random(l->o.env->ctx, b, sizeof(b));
	return (unsigned)(b[0] | b[1] << 8);
}

/* Under the lock. */
static void
record_ways(struct link_past *p, const struct courier_result *got, bool ahead, int64_t now_s)
{
	bool failed = got->end != COURIER_BUDGET;

	if (got->all_sent)
		p->out_success_s = now_s;
	else if (failed)
		p->out_failure_s = now_s;
	if (ahead)
		return;
	if (got->all_received)
		p->in_success_s = now_s;
	else if (failed)
		p->in_failure_s = now_s;
}

/* Under the lock. */
static void
record_ahead(struct link *l, const struct courier_result *got, int64_t now_s)
{
	struct link_past *p = &l->past;
	unsigned wait = link_retry_s(p->failures + 1, got->retry_s, random_bits(l));

	p->urgent = got->end != COURIER_DONE;
	p->urgent_next_s = now_s + (wait < LINK_URGENT_RETRY_S ? wait : LINK_URGENT_RETRY_S);
}

/* Under the lock: the day's bytes, and whether what was sent is at its end. */
static void
record_spent(struct link *l, const struct courier_result *got, bool ahead, int64_t now_s)
{
	struct link_past *p = &l->past;
	int64_t day = (now_s + ZONE_S) / DAY_S;

	if (p->day != day)
		p->bytes = 0;
	p->day = day;
	p->bytes += got->bytes;
	/* Else it stays: to the receipt, without which the next bundle has all of it again. */
	if (!ahead && (got->end == COURIER_DONE || got->end == COURIER_REFUSED ||
	    got->end == COURIER_HERE))
		p->part = false;
	else if (!ahead)
		p->part |= got->part || (got->end == COURIER_BUDGET && got->bytes > 0);
	/* No failure: it goes on when the next day begins. */
	if (got->end == COURIER_BUDGET && p->bytes < l->plan.day_bytes)
		p->bytes = l->plan.day_bytes;
}

/* Under the lock. */
static void
record(struct link *l, const struct courier_result *got, bool ahead, int64_t began_s)
{
	struct link_past *p = &l->past;
	int64_t now_s = l->o.env->now_s(l->o.env->ctx);

	/* Of the day whose bytes it was given: it may have run past midnight. */
	record_spent(l, got, ahead, began_s);
	if (got->end == COURIER_STOPPED) {
		save(l);
		return;
	}
	record_ways(p, got, ahead, now_s);
	/* What changed nothing and found nothing is no line worth reading. */
	if (got->sent > 0 || got->end != COURIER_DONE)
		history_add(l->o.env, l->o.dir, &(struct history_line){
		    .way = HISTORY_NETWORK, .bundles = got->sent,
		    .outcome = got->end == COURIER_DONE ? "sent" :
		    got->end == COURIER_BUDGET && got->bytes > 0 ? "partly" : "failed",
		    .message = ends[got->end] });
	if (ahead)
		record_ahead(l, got, now_s);
	if (got->end == COURIER_DONE && !ahead) {
		p->end = got->end;
		p->last_success_s = now_s;
		p->failures = 0;
		p->next_s = 0;
	} else if (got->end == COURIER_BUDGET && got->bytes > 0) {
		p->end = got->end; /* the hub was reached */
		p->failures = 0;
	} else if (got->end != COURIER_DONE && got->end != COURIER_BUDGET) {
		p->end = got->end;
		p->last_failure_s = now_s;
		p->failures++;
		p->next_s = now_s + link_retry_s(p->failures, got->retry_s, random_bits(l));
		log_line(LOG_LEVEL_NOTICE, "exchange with the hub ended (%s): %s",
		    ends[got->end], got->detail);
	}
	save(l);
}

enum turn { TURN_LOOK, TURN_STOP, TURN_AHEAD, TURN_ALL };

/* Under the lock: sleeps until it is time, somebody asks, the end, or an hour is over. */
static enum turn
wait_turn(struct link *l)
{
	int64_t now_s = l->o.env->now_s(l->o.env->ctx);
	int64_t left = link_next_s(&l->plan, &l->past, now_s) - now_s;
	struct timespec until;

	if (l->stop)
		return TURN_STOP;
	if (urgent_now(l))
		return TURN_AHEAD;
	if (l->asked || l->again || (l->plan.network && left <= 0)) {
		l->by_hand = l->asked || (l->again && l->by_hand);
		l->asked = l->again = false;
		return TURN_ALL;
	}
	/* An hour at most: clocks are set right and policies come meanwhile. */
	if (!l->plan.network || left > 3600)
		left = 3600;
	if (l->past.urgent && l->plan.network && l->past.urgent_next_s - now_s < left)
		left = l->past.urgent_next_s - now_s;
	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += (time_t)left;
	(void)pthread_cond_timedwait(&l->wake, &l->lock, &until);
	return l->stop ? TURN_STOP : TURN_LOOK;
}

/* What the policy says now; where the engine cannot say, what it said before. */
static void
look_at_policy(struct link *l)
{
	struct errand e = { .yes = false };

	pthread_mutex_lock(&l->lock);
	e.plan = l->o.plan;
	pthread_mutex_unlock(&l->lock);
	if (errand(l, &e, work_plan) != STATUS_OK)
		return;
	pthread_mutex_lock(&l->lock);
	l->plan = e.plan;
	pthread_mutex_unlock(&l->lock);
}

static void
run_turn(struct link *l, bool ahead)
{
	struct courier_result got;
	int64_t now_s = l->o.env->now_s(l->o.env->ctx);
	uint64_t left_bytes;
	bool older;

	pthread_mutex_lock(&l->lock);
	older = l->past.part;
	left_bytes = link_left_bytes(&l->plan, &l->past, now_s);
	l->running = true;
	l->ahead = ahead;
	l->news = false;
	pthread_mutex_unlock(&l->lock);
	exchange(l, ahead, left_bytes, &got);
	pthread_mutex_lock(&l->lock);
	l->running = l->ahead = false;
	record(l, &got, ahead, now_s);
	/* What gave way goes on after it, as does what is newer than what went; a new roster
	 * is worth a second look. */
	if (!ahead)
		l->again = (l->news || (got.end == COURIER_STOPPED && l->past.urgent) ||
		    (older && got.end == COURIER_DONE)) &&
		    (l->by_hand || link_open(&l->plan, l->o.env->now_s(l->o.env->ctx)));
	pthread_mutex_unlock(&l->lock);
}

static void *
link_main(void *ctx)
{
	struct link *l = ctx;
	enum turn turn = TURN_LOOK;

	while (turn != TURN_STOP) {
		look_at_policy(l);
		pthread_mutex_lock(&l->lock);
		turn = wait_turn(l);
		pthread_mutex_unlock(&l->lock);
		if (turn == TURN_AHEAD || turn == TURN_ALL)
			run_turn(l, turn == TURN_AHEAD);
	}
	return NULL;
}

int
link_new(const struct link_options *options, struct link **ret)
{
	struct link *l = calloc(1, sizeof(*l));
	pthread_condattr_t attr;
	size_t len = strlen(options->root) + sizeof("/link.json");

	if (l == NULL)
		return STATUS_NOMEM;
	l->o = *options;
	l->plan = options->plan;
	l->state_path = malloc(len);
	if (l->state_path == NULL) {
		free(l);
		return STATUS_NOMEM;
	}
	(void)snprintf(l->state_path, len, "%s/link.json", options->root);
	load(l);
	pthread_mutex_init(&l->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&l->wake, &attr);
	pthread_condattr_destroy(&attr);
	if (pthread_create(&l->thread, NULL, link_main, l) != 0) {
		free(l->state_path);
		free(l);
		return STATUS_NOMEM;
	}
	*ret = l;
	return STATUS_OK;
}

void
link_stop(struct link *l)
{
	if (l == NULL)
		return;
	pthread_mutex_lock(&l->lock);
	l->stop = true;
	pthread_cond_broadcast(&l->wake);
	pthread_mutex_unlock(&l->lock);
}

void
link_free(struct link *l)
{
	if (l == NULL)
		return;
	link_stop(l);
	pthread_join(l->thread, NULL);
	pthread_cond_destroy(&l->wake);
	pthread_mutex_destroy(&l->lock);
	free(l->state_path);
	free(l);
}

void
link_now(struct link *l)
{
	pthread_mutex_lock(&l->lock);
	l->asked = true;
	pthread_cond_broadcast(&l->wake);
	pthread_mutex_unlock(&l->lock);
}

void
link_urgent(struct link *l)
{
	pthread_mutex_lock(&l->lock);
	l->past.urgent = true;
	l->past.urgent_next_s = 0;
	save(l);
	pthread_cond_broadcast(&l->wake);
	pthread_mutex_unlock(&l->lock);
}

void
link_set_plan(struct link *l, const struct link_plan *plan)
{
	pthread_mutex_lock(&l->lock);
	l->o.plan = *plan;
	pthread_cond_broadcast(&l->wake);
	pthread_mutex_unlock(&l->lock);
}

json_t *
link_state(struct link *l)
{
	json_t *o;

	if (l == NULL)
		return json_pack("{s:n, s:i, s:i, s:s, s:b}", "url", "last_success_s", 0,
		    "last_failure_s", 0, "failure", "", "stick_only", 1);
	pthread_mutex_lock(&l->lock);
	o = json_pack("{s:s, s:I, s:I, s:s, s:b, s:I, s:I, s:I, s:I, s:I, s:b, s:b, s:i}", "url", l->o.courier.url,
	    "last_success_s", (json_int_t)l->past.last_success_s, "last_failure_s",
	    (json_int_t)l->past.last_failure_s, "failure",
	    l->past.failures == 0 ? "" : ends[l->past.end], "running",
	    (int)(l->running || l->asked || l->again), "next_s", (json_int_t)(l->plan.network ?
	    link_next_s(&l->plan, &l->past, l->o.env->now_s(l->o.env->ctx)) : 0),
	    "out_success_s", (json_int_t)l->past.out_success_s, "out_failure_s",
	    (json_int_t)l->past.out_failure_s, "in_success_s",
	    (json_int_t)l->past.in_success_s, "in_failure_s",
	    (json_int_t)l->past.in_failure_s, "urgent", (int)l->past.urgent, "stick_only",
	    (int)!l->plan.network, "interval_s", (int)l->plan.interval_s);
	pthread_mutex_unlock(&l->lock);
	return o;
}
