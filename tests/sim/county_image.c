/* The same node twice: an image of its disk that goes on beside it, and the node once
 * more out of a sealed backup. */
#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync/backup.h"
#include "sync/replica_internal.h"
#include "tests/sim/county.h"

/* About as many as an act takes: a fault asked for later strikes after it. */
#define BACKUP_OPERATIONS 60
#define RESTORE_OPERATIONS 240

/* What a copy wrote, as another copy's own. */
static void
copy_streams(struct county *c, const struct county_node *n, unsigned from, unsigned to)
{
	const struct node_id id = replica_self(n->r)->id;

	for (unsigned i = 0, all = c->model->nstreams; i < all; i++) {
		struct stream_id stream = c->model->streams[i].id;
		struct model_stream *copy;

		if (c->model->streams[i].copy != from || node_id_compare(&stream.node, &id) != 0)
			continue;
		/* Asked for first: the list of streams moves. */
		copy = model_stream(c->model, &stream, to);
		copy->n = 0;
		for (unsigned k = 0; k < c->model->streams[i].n; k++)
			model_append(copy, c->model->streams[i].txs[k]);
	}
}

/* --- An image ------------------------------------------------------------- */

void
county_twin(struct county *c, struct county_node *n, uint32_t draw)
{
	struct county_node *m;

	if (c->nnodes == c->cap || n->hostile || n->index == 0 || n->copied || n->revoked)
		return;
	county_decide(c, n);
	/* While it rests, or as it lies there just now. */
	if (draw & 1)
		county_reopen(c, n);
	county_resync(c, n);
	m = county_node_new(c, n->school);
	sim_image(c->world, n->dir, m->dir);
	sim_set_machine(m->env, 1000 + n->index);
	m->copy = ++c->copies;
	copy_streams(c, n, n->copy, m->copy);
	m->known = n->known;
	m->told = n->told;
	m->offset_s = n->offset_s;
	m->newer = n->newer;
	m->domain = n->domain;
	memcpy(m->sheet, n->sheet, sizeof(m->sheet));
	/* Put back to before the image, it would be a third one. */
	n->saved = false;
	n->backup.path[0] = '\0';
	n->copied = m->copied = c->odd = true;
	n->twin = m->twin = n->epoch;
	county_open(c, m);
	if (m->epoch != n->epoch)
		county_fail(c, "node %u is an image and knows it", m->index);
	county_check(c, m);
}

void
county_check_twin(struct county *c, const struct county_node *n)
{
	struct replica_status s;

	if (n->twin == 0)
		return;
	if (replica_status(n->r, &s) != STATUS_OK)
		county_fail(c, "node %u has no status", n->index);
	if (s.copied_s != 0 && replica_epoch(n->r) == n->twin)
		county_fail(c, "node %u goes on in the epoch of its image", n->index);
}

bool
county_knows_twin(struct county *c, const struct county_node *n)
{
	struct replica_status s;

	if (n->twin == 0)
		return true;
	if (replica_status(n->r, &s) != STATUS_OK)
		county_fail(c, "node %u has no status", n->index);
	return s.copied_s != 0;
}

bool
county_twins_wait(struct county *c)
{
	for (unsigned i = 1; i < c->nnodes; i++) {
		struct county_node *n = &c->nodes[i];
		struct replica_status s;

		if (n->r == NULL || !n->twin || n->revoked || n->hostile)
			continue;
		if (replica_status(n->r, &s) != STATUS_OK)
			county_fail(c, "node %u has no status", n->index);
		if (s.waiting != 0)
			return true;
	}
	return false;
}

/* Whether both wrote in a stream what the other did not, and it was not lost when one was
 * put back. */
static bool
parted(const struct county *c, const struct county_node *a, const struct county_node *b)
{
	const struct model *m = c->model;
	const struct model_set *all = &c->nodes[0].known;

	for (unsigned i = 0; i < m->nstreams; i++)
		for (unsigned k = 0; k < m->nstreams; k++) {
			const struct model_stream *x = &m->streams[i], *y = &m->streams[k];
			unsigned n = x->n < y->n ? x->n : y->n, at = 0;

			if (x->copy != a->copy || y->copy != b->copy ||
			    stream_id_compare(&x->id, &y->id) != 0)
				continue;
			while (at < n && x->txs[at] == y->txs[at])
				at++;
			if (at < n && model_has(all, x->txs[at]) && model_has(all, y->txs[at]))
				return true;
		}
	return false;
}

void
county_check_twins(struct county *c)
{
	for (unsigned i = 1; i < c->nnodes; i++)
		for (unsigned k = 1; k < c->nnodes; k++) {
			struct county_node *n = &c->nodes[i], *other = &c->nodes[k];
			struct replica_status s, hub;

			if (i == k || n->r == NULL || !n->twin || n->revoked || n->hostile ||
			    !other->switched_off || !other->twin ||
			    other->school != n->school || !parted(c, n, other))
				continue;
			if (replica_status(n->r, &s) != STATUS_OK ||
			    replica_status(c->nodes[0].r, &hub) != STATUS_OK)
				county_fail(c, "no status");
			if (s.copied_s == 0)
				county_fail(c, "node %u does not say that it was copied", i);
			if (s.branches < 2 || hub.branches < 2)
				county_fail(c, "node %u and its copy are one stream", i);
		}
}

/* --- A backup ------------------------------------------------------------- */

void
county_back_up(struct county *c, struct county_node *n)
{
	struct replica_backup *b = NULL;
	char path[24];
	uint64_t bytes;
	bool struck;
	int status;

	if (n->copied || n->hostile || n->revoked)
		return;
	county_decide(c, n);
	county_set_clock(c, n);
	(void)snprintf(path, sizeof(path), "%s/%u", n->saved_dir, ++c->copies);
	county_arm(c, n, n->saved_dir, BACKUP_OPERATIONS);
	status = replica_backup_new(n->r, &b);
	if (status == STATUS_OK)
		status = replica_backup_write(b, path, NULL, &bytes);
	replica_backup_free(b);
	struck = county_disarm(c, n, n->saved_dir);
	if (!struck && status != STATUS_OK)
		county_fail(c, "node %u is not backed up: %s", n->index, status_name(status));
	county_check(c, n);
	if (status != STATUS_OK)
		return;
	n->backup.epoch = n->epoch;
	n->backup.known = n->known;
	n->backup.copy = ++c->copies;
	n->backup.acts = c->acts;
	memcpy(n->backup.path, path, sizeof(path));
	copy_streams(c, n, n->copy, n->backup.copy);
	county_mark(c, n);
	free(n->backup.marks);
	n->backup.marks = n->marks;
	n->backup.nmarks = n->nmarks;
	n->marks = NULL;
	n->nmarks = 0;
	n->saved = false; /* its marks are gone */
}

static int
open_it(struct county *c, const struct county_node *n, struct backup_reader *in)
{
	uint8_t sk[64], secret[32];
	int status = STATUS_NOT_FOR_US;

	if (n->index != 0) {
		if (recovery_parse(n->sheet, secret) != STATUS_OK)
			county_fail(c, "node %u has no sheet", n->index);
		return backup_reader_secret(in, secret);
	}
	for (unsigned at = c->roots; at-- > 0 && status == STATUS_NOT_FOR_US;)
		if (county_root(c, at, sk) &&
		    crypto_sign_ed25519_sk_to_curve25519(secret, sk) == 0)
			status = backup_reader_secret(in, secret);
	return status;
}

static int
restore(struct county *c, struct county_node *n, struct replica_erased *lists,
    size_t nlists)
{
	struct backup_reader *in = NULL;
	struct replica_restored done;
	struct file *file;
	int status = n->env->files->open_read(n->env->ctx, n->backup.path, &file);

	if (status != STATUS_OK)
		return status;
	status = backup_reader_new(n->env, file, &in);
	if (status == STATUS_OK)
		status = open_it(c, n, in);
	if (status == STATUS_OK)
		status = replica_restore(n->dir, n->env, n->domain, in, lists, nlists, &done);
	for (size_t i = 0; status == STATUS_OK && i < nlists; i++)
		if (lists[i].status != STATUS_OK)
			county_fail(c, "a list of node %u erases nobody", n->index);
	backup_reader_free(in);
	n->env->files->close(n->env->ctx, file);
	return status;
}

/* Under the fault that waits: what was cut is no node, and the next time does it. */
static void
restore_whole(struct county *c, struct county_node *n, struct replica_erased *lists,
    size_t nlists)
{
	struct replica *r = NULL;
	bool struck;
	int status;

	if (n->fault != COUNTY_CUT && n->fault != COUNTY_IO)
		n->fault = COUNTY_NO_FAULT;
	county_arm(c, n, NULL, RESTORE_OPERATIONS);
	status = restore(c, n, lists, nlists);
	struck = sim_struck(c->world) && n->fault != COUNTY_NO_FAULT;
	sim_no_fault(c->world);
	if (n->fault == COUNTY_CUT)
		sim_power_cut_at(c->world, n->dir, n->fault_at >> 16 & 1 ? SIM_KEEP_SOME :
		    SIM_DROP_ALL);
	n->fault = COUNTY_NO_FAULT;
	if (status != STATUS_OK && struck) {
		if (replica_open(n->dir, n->env, n->domain, &r) == STATUS_OK) {
			/* Cut after its last step: then it is whole. */
			replica_close(r);
			return;
		}
		status = restore(c, n, lists, nlists);
	}
	if (status != STATUS_OK)
		county_fail(c, "node %u does not come back: %s", n->index,
		    status_name(status));
}

static struct county_node *
choose(struct county *c, unsigned school, uint32_t draw)
{
	struct county_node *all[16];
	unsigned n = 0;

	if (school == 0)
		return c->nodes[0].backup.path[0] != '\0' &&
		    c->nodes[0].backup.acts == c->acts && county_ends_are_out(c) ?
		    &c->nodes[0] : NULL;
	for (unsigned i = 1; i < c->nnodes && n < 16; i++) {
		struct county_node *m = &c->nodes[i];

		if (m->school == school && m->backup.path[0] != '\0' && !m->copied &&
		    !m->hostile && !m->revoked && !m->relay)
			all[n++] = m;
	}
	return n == 0 ? NULL : all[(draw >> 20) % n];
}

/* A list of erased persons, copied out of the world. */
static bool
take_list(struct county *c, const char *path, struct replica_erased *ret)
{
	size_t len;
	const uint8_t *p = sim_peek(c->world, path, &len);
	uint8_t *copy = p == NULL ? NULL : malloc(len + 1);

	if (copy == NULL)
		return false;
	memcpy(copy, p, len);
	*ret = (struct replica_erased){ .data = copy, .len = len };
	return true;
}

/* As it was at its backup, and with the list of its last day where there is one. */
static void
come_back(struct county *c, struct county_node *n, bool with_list)
{
	struct model_set erased = n->backup.known;
	struct replica_erased lists[2];
	char path[48];
	size_t nlists = 0;

	(void)snprintf(path, sizeof(path), "%s%s", n->backup.path, REPLICA_ERASED_SUFFIX);
	nlists += take_list(c, path, &lists[nlists]);
	(void)snprintf(path, sizeof(path), "%s/erased", n->dir);
	if (with_list && take_list(c, path, &lists[nlists])) {
		nlists++;
		model_union(&erased, &n->known);
	}
	sim_erase(c->world, n->dir);
	county_is_as_before(n, &n->backup.known);
	n->saved = false;
	n->copy = ++c->copies;
	restore_whole(c, n, lists, nlists);
	county_open(c, n);
	if (n->epoch == n->backup.epoch)
		county_fail(c, "node %u goes on in the epoch of its backup", n->index);
	copy_streams(c, n, n->backup.copy, n->copy);
	county_check_gone(c, n, &erased);
	while (nlists > 0) {
		nlists--;
		free((void *)(uintptr_t)lists[nlists].data);
	}
}

void
county_put_back(struct county *c, unsigned school, uint32_t draw)
{
	struct county_node *n = choose(c, draw >> 30 == 0 ? 0 : school, draw);

	if (n == NULL)
		return;
	if (n->r != NULL)
		county_decide(c, n);
	county_close(n);
	county_set_clock(c, n);
	come_back(c, n, draw & 1);
	c->odd = true;
	c->hub_put_back |= n->index == 0;
	n->by_itself = true;
	free(n->marks);
	n->nmarks = n->backup.nmarks;
	n->marks = malloc((n->nmarks + 1) * sizeof(*n->marks));
	assert(n->marks != NULL);
	memcpy(n->marks, n->backup.marks, n->nmarks * sizeof(*n->marks));
	county_follow(c, n, n->backup.epoch);
	county_check(c, n);
}
