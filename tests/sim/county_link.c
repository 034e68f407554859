/* The network between a school and the hub, bundle by bundle: what node/courier and
 * node/spool do with HTTP and files is done here with pieces on a simulated link. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync/folder.h"
#include "tests/sim/county.h"

#define PIECE_BYTES 700u
#define BUNDLE_BYTES (64u * 1024)

struct link {
	struct county *c;
	uint64_t state;            /* of chance */
	bool broken;
	bool garbled;              /* what came was not what went, and was thrown away */
};

static uint32_t
chance(struct link *l)
{
	l->state = l->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(l->state >> 33);
}

/* Appends a piece where it belongs; at another place it is refused, as spool_append
 * does. */
static void
arrive(struct link *l, const char *part, size_t at, const uint8_t *data, size_t len)
{
	uint8_t whole[BUNDLE_BYTES];
	size_t have = 0;
	const uint8_t *p = sim_peek(l->c->world, part, &have);

	if ((p == NULL ? 0 : have) != at || at + len > sizeof(whole))
		return;
	if (p != NULL)
		memcpy(whole, p, have);
	memcpy(whole + at, data, len);
	sim_poke(l->c->world, part, whole, at + len);
}

/* One piece on its way; what comes of it is asked for, never assumed. */
static void
send_piece(struct link *l, const char *part, const uint8_t *file, size_t size, size_t at)
{
	uint8_t piece[PIECE_BYTES];
	size_t len = size - at < PIECE_BYTES ? size - at : PIECE_BYTES;
	uint32_t luck = chance(l) % 64;

	memcpy(piece, file + at, len);
	switch (luck) {
	case 0:
	case 1:
		l->broken = true;                          /* dropped */
		return;
	case 2:
	case 3:
		arrive(l, part, at, piece, len);           /* twice */
		break;
	case 4:
	case 5:
		if (at + len < size)                       /* the next one overtakes */
			arrive(l, part, at + len, file + at + len, size - at - len <
			    PIECE_BYTES ? size - at - len : PIECE_BYTES);
		break;
	case 6:
	case 7:
		len = chance(l) % (len + 1);               /* cut short */
		l->broken = chance(l) % 2 == 0;
		break;
	case 8:
		piece[chance(l) % len] ^= 1;               /* garbled */
		break;
	default:
		break;
	}
	arrive(l, part, at, piece, len);
}

static bool
is_named(const uint8_t *data, size_t len, const char *name)
{
	uint8_t hash[HASH_BYTES];
	char should[FOLDER_NAME_BYTES];
	struct hash h;

	folder_hash_init(&h);
	hash_update(&h, data, len);
	hash_final(&h, hash);
	folder_name_of(hash, folder_name_kind(name), should);
	return strcmp(should, name) == 0;
}

/* One file, from the last byte that is durable over there. */
static void
send_file(struct link *l, const char *folder, const char *in, const char *name)
{
	uint8_t file[BUNDLE_BYTES];
	char path[256], part[256], whole[256];
	size_t size, have;
	const uint8_t *p;

	(void)snprintf(path, sizeof(path), "%s/%s/%s", folder, FOLDER_NAME, name);
	(void)snprintf(part, sizeof(part), "%s/part/%s", in, name);
	(void)snprintf(whole, sizeof(whole), "%s/%s/%s", in, FOLDER_NAME, name);
	p = sim_peek(l->c->world, path, &size);
	if (p == NULL || size > sizeof(file))
		county_fail(l->c, "a bundle of %zu bytes", p == NULL ? 0 : size);
	memcpy(file, p, size);
	do {
		have = 0;
		if (sim_peek(l->c->world, part, &have) == NULL)
			have = 0;
		if (have < size)
			send_piece(l, part, file, size, have);
		if (sim_peek(l->c->world, part, &have) == NULL)
			have = 0;
	} while (have < size && !l->broken);
	if (have < size)
		return;
	p = sim_peek(l->c->world, part, &have);
	if (is_named(p, have, name)) {
		memcpy(file, p, have);
		sim_poke(l->c->world, whole, file, have);
	} else {
		l->garbled = true;
	}
	sim_remove(l->c->world, part); /* garbled: all of it comes again */
}

/* Whatever lies in a folder and is not there yet. */
static void
transfer(struct link *l, const char *folder, const char *in, struct county_node *to)
{
	struct folder_entry *list = NULL;
	size_t n = 0, ignored;

	if (folder_list(to->env, folder, &list, &n, &ignored) != STATUS_OK)
		n = 0;
	for (size_t i = 0; i < n && !l->broken; i++)
		if (!replica_has_seen(to->r, list[i].name))
			send_file(l, folder, in, list[i].name);
	free(list);
}

static void
folder_of(struct county *c, const struct county_node *at, const char *what,
    const struct county_node *peer, char ret[64])
{
	(void)snprintf(ret, 64, "%s/%s%u", at->dir, what, peer->index);
	(void)at->env->files->mkdir(at->env->ctx, ret);
	(void)c;
}

static void
one_way(struct link *l, struct county_node *from, struct county_node *to)
{
	const struct node_id id = replica_self(to->r)->id;
	char out[64], in[64], sub[80];

	folder_of(l->c, from, "out", to, out);
	folder_of(l->c, to, "in", from, in);
	(void)snprintf(sub, sizeof(sub), "%s/%s", in, FOLDER_NAME);
	(void)to->env->files->mkdir(to->env->ctx, sub);
	county_set_clock(l->c, from);
	county_put_out(l->c, from, out, NULL, &id);
	county_check(l->c, from);
	transfer(l, out, in, to);
	county_set_clock(l->c, to);
	county_take_in(l->c, to, in, NULL);
	sim_erase(l->c->world, sub);
	county_check(l->c, to);
}

/* Incidents overtake what was written before them. */
static void
hurry(struct link *l, struct county_node *n)
{
	struct county *c = l->c;
	bool faulty = n->fault != COUNTY_NO_FAULT || c->nodes[0].fault != COUNTY_NO_FAULT;

	c->hurry = true;
	one_way(l, n, &c->nodes[0]);
	c->hurry = false;
	for (unsigned i = 0; !l->broken && !l->garbled && !faulty && !c->odd && !c->damaged &&
	    i < c->model->n; i++) {
		const struct model_tx *tx = &c->model->txs[i];

		if (tx->writer == n->index && tx->n > 0 && model_has(&n->known, i) &&
		    tx->writes[0].table == MODEL_INCIDENT &&
		    !model_has(&c->nodes[0].known, i))
			county_fail(c, "an incident of node %u does not go ahead", n->index);
	}
}

void
county_exchange(struct county *c, struct county_node *n, uint32_t draw)
{
	struct link l = { .c = c, .state = draw };

	if (c->seed > COUNTY_YEARS && draw >> 30 & 1)
		hurry(&l, n);
	if (!l.broken)
		one_way(&l, n, &c->nodes[0]);
	if (!l.broken)
		one_way(&l, &c->nodes[0], n);
}
