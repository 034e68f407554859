/* An invitation that the county took back stays taken back at a hub that was put back to
 * an older state, whatever roster a stick brings it. */
#include "tests/life_world.h"

#define WAITING (LIFE_SCHOOL + 1)

struct world {
	struct life *w;
	struct life_node *school; /* enrolled; brings the hub what it lost */
	struct buffer paper;      /* an invitation that nobody has used yet */
};

/* The school knows a roster in which the invitation is open. */
static struct world
begin(void **state)
{
	struct world x = { .w = *state, .paper = BUFFER_INIT };
	struct replica_invite in = { .role = ROLE_SCHOOL, .school = { .id = WAITING,
	    .name = "冶下小学", .class_code = 220, .kind = 1 } };

	x.school = life_school(x.w, LIFE_SCHOOL);
	assert_int_equal(replica_invite(x.w->node[0].r, &in, &x.paper), STATUS_OK);
	life_round(x.w, x.school);
	return x;
}

static void
save_hub(struct world *x, const char *dir)
{
	struct life_node *hub = &x->w->node[0];

	replica_close(hub->r);
	hub->r = NULL;
	sim_mount(x->w->sim, dir);
	sim_copy(x->w->sim, hub->dir, dir);
	life_open(hub);
}

static void
put_hub_back(struct world *x, const char *saved)
{
	struct life_node *hub = &x->w->node[0];
	uint64_t superseded = 0;

	replica_close(hub->r);
	hub->r = NULL;
	sim_erase(x->w->sim, hub->dir);
	sim_copy(x->w->sim, saved, hub->dir);
	life_open(hub);
	assert_int_equal(replica_number(hub->r, "superseded", &superseded), STATUS_OK);
	assert_true(superseded != 0);
}

/* A machine that is set up with the paper, and what the hub says to its stick. */
static struct life_node *
newcomer_with(struct world *x, const struct buffer *paper)
{
	struct life_node *n = life_place(x->w, "new");

	assert_int_equal(replica_init_school(n->dir, n->env, &life_domain, paper->data,
	    paper->len, n->recovery), STATUS_OK);
	life_open(n);
	return n;
}

static void
note_refusal(void *ctx, const struct replica_file *file)
{
	int *status = ctx;

	if (file->status != STATUS_OK)
		*status = file->status;
}

static int
answer_to(struct world *x, const struct life_node *n)
{
	struct replica_import got;
	char stick[200];
	int status = STATUS_OK;

	(void)snprintf(stick, sizeof(stick), "of-%s", n->dir);
	sim_mount(x->w->sim, stick);
	(void)life_visit(x->w, n, stick);
	assert_int_equal(replica_import(x->w->node[0].r, stick, note_refusal, &status, &got),
	    STATUS_OK);
	return status;
}

static bool
enrolled(const struct world *x, const struct life_node *n)
{
	return roster_node(&x->w->node[0].r->roster, &n->r->self.pub.id) != NULL;
}

static void
test_withdrawn_after_the_hub_was_put_back_it_does_not_come_back_with_an_older_roster(
    void **state)
{
	struct world x = begin(state);
	struct life_node *hub = &x.w->node[0], *n;
	uint64_t number;

	save_hub(&x, "saved");
	put_hub_back(&x, "saved");
	assert_int_equal(replica_withdraw(hub->r, ROLE_SCHOOL, WAITING), STATUS_OK);
	(void)life_visit(x.w, x.school, "stick"); /* its roster has it open */
	(void)life_visit(x.w, hub, "stick");
	number = hub->r->roster.number;
	n = newcomer_with(&x, &x.paper); /* brings such a roster too, in its invitation */
	assert_int_equal(answer_to(&x, n), STATUS_INVITE_UNKNOWN);
	assert_false(enrolled(&x, n));
	/* What says nothing new is not published again. */
	assert_true(hub->r->roster.number == number);
	assert_int_equal(replica_withdraw(hub->r, ROLE_SCHOOL, WAITING), STATUS_NOT_FOUND);
	buffer_release(&x.paper);
}

static void
test_withdrawn_before_the_hub_was_put_back_a_school_tells_it(void **state)
{
	struct world x = begin(state);
	struct life_node *hub = &x.w->node[0], *n;

	save_hub(&x, "saved");
	assert_int_equal(replica_withdraw(hub->r, ROLE_SCHOOL, WAITING), STATUS_OK);
	life_round(x.w, x.school);
	put_hub_back(&x, "saved");
	life_round(x.w, x.school);
	n = newcomer_with(&x, &x.paper);
	assert_int_equal(answer_to(&x, n), STATUS_INVITE_UNKNOWN);
	assert_false(enrolled(&x, n));
	buffer_release(&x.paper);
}

static uint32_t
uninvited(const struct world *x)
{
	struct replica_status s;

	assert_int_equal(replica_status(x->w->node[0].r, &s), STATUS_OK);
	return s.uninvited;
}

/* Whoever comes before a stick tells the hub is in; the county is told as soon as one does. */
static void
test_who_is_enrolled_before_a_stick_tells_of_it_is_named_until_he_is_revoked(void **state)
{
	struct world x = begin(state);
	struct life_node *hub = &x.w->node[0], *n;

	save_hub(&x, "saved");
	assert_int_equal(replica_withdraw(hub->r, ROLE_SCHOOL, WAITING), STATUS_OK);
	life_round(x.w, x.school);
	put_hub_back(&x, "saved");
	n = newcomer_with(&x, &x.paper);
	assert_int_equal(answer_to(&x, n), STATUS_OK);
	assert_int_equal(uninvited(&x), 0); /* nobody knows it */
	(void)life_visit(x.w, x.school, "stick");
	(void)life_visit(x.w, hub, "stick");
	assert_true(enrolled(&x, n));
	assert_int_equal(uninvited(&x), 1);
	assert_true(roster_uninvited(&hub->r->roster, roster_node(&hub->r->roster,
	    &n->r->self.pub.id)));
	/* It is in the roster, so no other loss of the hub makes it forgotten. */
	save_hub(&x, "again");
	put_hub_back(&x, "again");
	assert_int_equal(uninvited(&x), 1);
	assert_int_equal(replica_revoke(hub->r, &n->r->self.pub.id), STATUS_OK);
	assert_int_equal(uninvited(&x), 0);
	buffer_release(&x.paper);
}

/* The hub forgot that somebody was enrolled, and takes the invitation back as unused. */
static void
test_who_was_enrolled_before_stays_so_and_nobody_else_can_be(void **state)
{
	struct world x = begin(state);
	struct life_node *hub = &x.w->node[0], *n, *second;

	save_hub(&x, "saved");
	n = newcomer_with(&x, &x.paper);
	assert_int_equal(answer_to(&x, n), STATUS_OK);
	life_round(x.w, x.school);
	put_hub_back(&x, "saved");
	assert_int_equal(replica_withdraw(hub->r, ROLE_SCHOOL, WAITING), STATUS_OK);
	second = newcomer_with(&x, &x.paper);
	assert_int_equal(answer_to(&x, second), STATUS_INVITE_UNKNOWN);
	life_round(x.w, x.school);
	assert_true(enrolled(&x, n));
	assert_int_equal(uninvited(&x), 1); /* it was withdrawn, and somebody is in by it */
	assert_int_equal(answer_to(&x, n), STATUS_OK);
	assert_int_equal(answer_to(&x, second), STATUS_INVITE_USED);
	assert_false(enrolled(&x, second));
	buffer_release(&x.paper);
}

/* The county had new keys since: the hub cannot sign, and takes the newer roster whole. */
static void
test_what_a_hub_did_before_it_heard_of_new_keys_stands_with_the_next_issuing_key(void **state)
{
	struct world x = begin(state);
	struct life_node *hub = &x.w->node[0], *n, *early;
	struct replica_hub_options next = { .passphrase = LIFE_PASSPHRASE, .county = 410185,
		.root_copies = { "new0", "new1" } };
	struct replica_invite in = { .role = ROLE_SCHOOL, .school = { .id = LIFE_SCHOOL } };
	struct buffer paper = BUFFER_INIT;

	save_hub(&x, "saved");
	assert_int_equal(replica_root_rotate(hub->r, x.w->root[0], LIFE_PASSPHRASE, &next),
	    STATUS_OK);
	life_round(x.w, x.school);
	put_hub_back(&x, "saved");
	assert_int_equal(replica_withdraw(hub->r, ROLE_SCHOOL, WAITING), STATUS_OK);
	assert_int_equal(replica_invite(hub->r, &in, &paper), STATUS_OK);
	early = newcomer_with(&x, &paper);
	assert_int_equal(answer_to(&x, early), STATUS_OK);
	life_round(x.w, x.school);
	assert_int_equal(hub->r->roster.nsteps, 1);
	assert_int_equal(replica_root_issue(hub->r, "new0", LIFE_PASSPHRASE), STATUS_OK);
	assert_true(enrolled(&x, early));
	n = newcomer_with(&x, &x.paper);
	assert_int_equal(answer_to(&x, n), STATUS_INVITE_UNKNOWN);
	assert_int_equal(answer_to(&x, early), STATUS_OK);
	buffer_release(&paper);
	buffer_release(&x.paper);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, life_begin, life_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_withdrawn_after_the_hub_was_put_back_it_does_not_come_back_with_an_older_roster),
		CASE(test_withdrawn_before_the_hub_was_put_back_a_school_tells_it),
		CASE(test_who_is_enrolled_before_a_stick_tells_of_it_is_named_until_he_is_revoked),
		CASE(test_who_was_enrolled_before_stays_so_and_nobody_else_can_be),
		CASE(test_what_a_hub_did_before_it_heard_of_new_keys_stands_with_the_next_issuing_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
