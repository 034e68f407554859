/* What happens to the machines of a county over the years. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/domain_entries.h"
#include "gen/county_newer.h"
#include "schema/domain.h"
#include "schema/text.h"
#include "tests/sim/county.h"

const struct replica_domain county_newer = {
	.registry = &county_newer_registry, .migrations = domain_migrations,
	.functions = text_functions,
};

static bool
is_room(const struct county *c)
{
	return c->nnodes < c->cap;
}

bool
county_reads_private(struct county *c, struct county_node *n)
{
	struct replica_status s;

	if (n->index == 0)
		return false;
	if (replica_status(n->r, &s) != STATUS_OK)
		county_fail(c, "node %u has no status", n->index);
	return s.locked == 0;
}

/* sheet: of a machine that was lost, or NULL. */
static void
enrol(struct county *c, unsigned school, const char *sheet)
{
	struct county_node *n = county_node_new(c, school), *hub = &c->nodes[0];
	struct replica_invite in = { .role = ROLE_SCHOOL, .school = { .id = n->scope,
	    .name = "冶上教学点", .class_code = 220, .kind = 1 } };
	struct buffer file = BUFFER_INIT;
	int status;

	county_sign_again(c);
	status = replica_invite(hub->r, &in, &file);
	county_birth_begin(c);
	if (status == STATUS_OK && sheet != NULL) {
		status = replica_init_again(n->dir, n->env, n->domain, file.data,
		    file.len, sheet);
		(void)snprintf(n->sheet, sizeof(n->sheet), "%s", sheet);
	} else if (status == STATUS_OK) {
		status = replica_init_school(n->dir, n->env, n->domain, file.data,
		    file.len, n->sheet);
	}
	county_birth_end(c);
	buffer_release(&file);
	if (status != STATUS_OK)
		county_fail(c, "node %u of school %u is not born: %s", n->index, school,
		    status_name(status));
	county_open(c, n);
	county_adopt(c, n);
	c->odd = true;
}

void
county_add_device(struct county *c, unsigned school)
{
	if (is_room(c))
		enrol(c, school, NULL);
}

void
county_recover(struct county *c, unsigned school, uint32_t draw)
{
	const char *sheet = NULL;

	for (unsigned i = 1; draw % 2 == 1 && i < c->nnodes; i++)
		if (c->nodes[i].school == school && c->nodes[i].sheet[0] != '\0')
			sheet = c->nodes[i].sheet;
	if (is_room(c))
		enrol(c, school, sheet);
}

void
county_begin_relay(struct county *c)
{
	struct replica_invite in = { .role = ROLE_RELAY, .school = { .name = "中转站" } };
	struct buffer file = BUFFER_INIT;
	struct county_node *n;
	int status;

	if (c->relay != NULL || !is_room(c))
		return;
	n = county_node_new(c, 0);
	county_sign_again(c);
	status = replica_invite(c->nodes[0].r, &in, &file);
	county_birth_begin(c);
	if (status == STATUS_OK)
		status = replica_init_relay(n->dir, n->env, n->domain, file.data, file.len);
	county_birth_end(c);
	buffer_release(&file);
	if (status != STATUS_OK)
		county_fail(c, "the relay is not born: %s", status_name(status));
	n->relay = true;
	c->relay = n;
	c->odd = true;
	county_open(c, n);
}

void
county_lose(struct county *c, struct county_node *n)
{
	county_close(n);
	sim_erase(c->world, n->dir);
	c->odd = true;
}

void
county_clone(struct county *c, struct county_node *n, uint32_t draw)
{
	struct county_node *m;

	if (!is_room(c) || n->hostile || n->index == 0 || n->copied)
		return;
	county_decide(c, n);
	/* While it rests, or as it lies there just now. */
	if (draw & 1)
		county_reopen(c, n);
	m = county_node_new(c, n->school);
	county_mark(c, n);
	sim_copy(c->world, n->dir, m->dir);
	if (draw >> 1 & 1)
		sim_set_machine(m->env, 1000 + n->index);
	m->known = n->known;
	m->told = n->told;
	m->offset_s = n->offset_s;
	m->newer = n->newer;
	m->domain = n->domain;
	m->revoked = n->revoked;
	memcpy(m->sheet, n->sheet, sizeof(m->sheet));
	m->marks = n->marks;
	m->nmarks = n->nmarks;
	n->marks = NULL;
	n->nmarks = 0;
	/* Put back to before the copy, it would fork from it. */
	n->saved = false;
	n->copied = m->copied = true;
	c->odd = true;
	county_open(c, m);
	if (m->epoch == n->epoch)
		county_fail(c, "node %u is a copy and does not know it", m->index);
	county_follow(c, m, n->epoch);
	county_check(c, m);
}

void
county_switch_off(struct county *c, struct county_node *n)
{
	(void)c;
	county_close(n);
	n->switched_off = true;
}

void
county_revoke(struct county *c, struct county_node *n)
{
	struct county_node *hub = &c->nodes[0];
	const struct node_id id = replica_self(n->r)->id;
	int status;

	county_sign_again(c);
	status = replica_revoke(hub->r, &id);
	if (status == STATUS_NOT_FOUND || status == STATUS_EXISTS)
		return;
	if (status != STATUS_OK)
		county_fail(c, "node %u cannot be revoked: %s", n->index,
		    status_name(status));
	for (unsigned i = 1; i < c->nnodes; i++)
		if (c->nodes[i].r != NULL &&
		    node_id_compare(&replica_self(c->nodes[i].r)->id, &id) == 0)
			c->nodes[i].revoked = true;
	/* What the hub has of it now is all that it will ever have. */
	c->cuts = realloc(c->cuts, (c->ncuts + 1) * sizeof(*c->cuts));
	if (c->cuts == NULL)
		abort();
	c->cuts[c->ncuts++] = (struct county_cut){ .id = id, .had = hub->known };
	c->acts++;
	c->damaged = c->odd = true;
	county_check(c, hub);
}

void
county_upgrade(struct county *c, struct county_node *n)
{
	if (n->newer)
		return;
	county_decide(c, n);
	n->newer = true;
	n->domain = &county_newer;
	n->by_itself = true;
	c->odd = true;
	county_reopen(c, n);
	if (n->index == 0)
		county_rights_upgraded(c), c->acts++;
	county_check(c, n);
}
