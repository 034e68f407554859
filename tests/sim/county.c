#include "tests/sim/county.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/domain.h"

#define START_S INT64_C(1788220800) /* 2026-09-01 */
#define SETTLE_ROUNDS 10

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

/* What a passphrase or PIN costs is not what is looked at here. */
int
crypto_pwhash(unsigned char *const out, unsigned long long outlen, const char *const passwd,
    unsigned long long passwdlen, const unsigned char *const salt,
    unsigned long long opslimit, size_t memlimit, int alg)
{
	(void)opslimit;
	(void)memlimit;
	(void)alg;
	return crypto_generichash(out, (size_t)outlen, (const unsigned char *)passwd,
	    passwdlen, salt, crypto_pwhash_SALTBYTES);
}

/* --- Birth ---------------------------------------------------------------- */

static void
hub_begin(struct county *c)
{
	struct replica_hub_options o = { .county = 410185, .name = "登封市",
	    .passphrase = COUNTY_PASSPHRASE,
	    .root_copies = { "vault/root0", "vault/copy0" } };
	struct county_node *hub = county_node_new(c, 0);

	c->roots = 1;
	if (replica_init_hub(hub->dir, hub->env, hub->domain, &o) != STATUS_OK)
		county_fail(c, "the hub is not born");
	county_open(c, hub);
	county_adopt(c, hub);
}

/* The engine makes the schema, and nothing of a node is in it yet. */
static void
make_blank(struct county *c)
{
	struct store_options o = { .registry = schema_domain.registry,
	    .migrations = schema_domain.migrations, .functions = schema_domain.functions,
	    .vfs = sim_databases(c->world), .create = true };
	struct store *s = NULL;
	const uint8_t *p;

	if (store_open("vault/blank", &o, &s) != STATUS_OK)
		county_fail(c, "a database has no schema");
	store_close(s);
	p = sim_peek(c->world, "vault/blank", &c->blank_len);
	assert(p != NULL && c->blank_len > 0);
	c->blank = malloc(c->blank_len);
	assert(c->blank != NULL);
	memcpy(c->blank, p, c->blank_len);
	sim_remove(c->world, "vault/blank");
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
	c->schools = schools;
	c->cap = schools + 1 + COUNTY_MORE_NODES + schools / 10;
	c->nodes = calloc(c->cap, sizeof(*c->nodes));
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
	sim_mount(c->world, "vault");
	hub_begin(c);
	for (unsigned i = 1; i <= schools; i++)
		county_add_device(c, i);
	make_blank(c);
	c->odd = false;
	return c;
}

void
county_seed(struct county *c, uint64_t seed)
{
	c->seed = seed;
	sodium_seed = seed;
	sodium_drawn = 0;
	sim_reseed(c->world, seed);
}

void
county_free(struct county *c)
{
	if (c == NULL)
		return;
	for (unsigned i = 0; i < c->nnodes; i++) {
		county_close(&c->nodes[i]);
		free(c->nodes[i].marks);
		free(c->nodes[i].backup.marks);
	}
	sim_world_free(c->world);
	model_free(c->model);
	free(c->nodes);
	free(c->sealed);
	free(c->segments);
	free(c->cuts);
	free(c->blank);
	free(c);
}

/* FNV-1a. */
uint64_t
county_hash(uint64_t hash, const void *data, size_t len)
{
	const uint8_t *p = data;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ p[i]) * UINT64_C(0x100000001b3);
	return hash;
}

struct county_node *
county_device(struct county *c, unsigned school, uint32_t draw)
{
	struct county_node *all[16];
	unsigned n = 0;

	for (unsigned i = 1; i < c->nnodes && n < 16; i++)
		if (c->nodes[i].school == school && c->nodes[i].r != NULL)
			all[n++] = &c->nodes[i];
	return n == 0 ? NULL : all[(draw >> 20) % n];
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

void
county_save(struct county *c, struct county_node *n)
{
	county_decide(c, n);
	copy_file(c, n->dir, n->saved_dir, "kehou.db");
	copy_file(c, n->dir, n->saved_dir, "kehou.db-wal");
	n->saved = true;
	n->saved_epoch = n->epoch;
	n->saved_known = n->known;
	county_mark(c, n);
}

void
county_is_as_before(struct county_node *n, const struct model_set *known)
{
	n->known = *known;
	for (unsigned i = 0; i < MODEL_WORDS; i++)
		n->told.words[i] &= n->known.words[i];
	n->pending = -1;
	n->put_back = true;
}

void
county_restore(struct county *c, struct county_node *n)
{
	/* What the hub ended is known to schools, or it is not put back to before. */
	if (!n->saved || (n->index == 0 && !county_ends_are_out(c)))
		return;
	county_close(n);
	copy_file(c, n->saved_dir, n->dir, "kehou.db");
	copy_file(c, n->saved_dir, n->dir, "kehou.db-wal");
	county_is_as_before(n, &n->saved_known);
	c->odd = true;
	county_open(c, n);
	county_follow(c, n, n->saved_epoch);
	county_check(c, n);
}

/* --- Carrying ------------------------------------------------------------- */

void
county_carry(struct county *c, struct county_node *n, const char *stick, bool out)
{
	county_set_clock(c, n);
	if (out)
		county_put_out(c, n, stick, stick, NULL);
	else
		county_take_in(c, n, stick, stick);
	county_check(c, n);
}

/* --- The end -------------------------------------------------------------- */

/* Of copies of one machine only one stays in use. */
static void
settle_copies(struct county *c)
{
	for (unsigned i = 1; i < c->nnodes; i++) {
		for (unsigned k = i + 1; k < c->nnodes && c->nodes[i].r != NULL; k++) {
			struct county_node *a = &c->nodes[i], *b = &c->nodes[k];

			if (b->r == NULL || node_id_compare(&replica_self(a->r)->id,
			    &replica_self(b->r)->id) != 0)
				continue;
			county_switch_off(c, c->seed % 2 == 0 ? a : b);
		}
	}
}

/* People switch a copy off when the county has what it told them is saved: what it sent
 * first may be sealed to a key that the hub no longer has. */
static bool
copies_wait(const struct county *c)
{
	for (unsigned i = 1; i < c->nnodes; i++) {
		const struct county_node *n = &c->nodes[i];

		if (n->copied && n->r != NULL && !n->revoked && !n->hostile &&
		    model_lacks(&n->told, &c->nodes[0].known) >= 0)
			return true;
	}
	return false;
}

/* One device of each school, which knows by now what the others do. */
static void
settle_erasures(struct county *c)
{
	for (unsigned i = 1; i <= c->schools; i++) {
		struct county_node *n = county_device(c, i, 0);

		if (n != NULL && !n->revoked && !n->hostile)
			county_erase_again(c, n);
	}
}

static void
settle_programs(struct county *c)
{
	bool newer = false;

	for (unsigned i = 0; i < c->nnodes; i++)
		newer |= c->nodes[i].newer;
	for (unsigned i = 0; newer && i < c->nnodes; i++)
		if (c->nodes[i].r != NULL)
			county_upgrade(c, &c->nodes[i]);
}

static void
settle_visit(struct county *c, struct county_node *n, const char *stick)
{
	c->now_s += 60;
	county_carry(c, n, stick, false);
	county_carry(c, n, stick, true);
}

/* Everybody in turn; by way of the relay, which takes one stick to the schools and
 * another one to the hub. */
static void
settle_round(struct county *c, unsigned round, bool relayed)
{
	struct county_node *hub = &c->nodes[0];

	(void)snprintf(c->act, sizeof(c->act), "settling, round %u", round);
	for (unsigned i = 1; i < c->nnodes; i++)
		if (c->nodes[i].r != NULL && (!relayed || !c->nodes[i].relay))
			settle_visit(c, &c->nodes[i], c->sticks[0]);
	if (relayed) {
		settle_visit(c, c->relay, c->sticks[0]);
		settle_visit(c, c->relay, c->sticks[1]);
		settle_visit(c, hub, c->sticks[1]);
		settle_visit(c, c->relay, c->sticks[1]);
		settle_visit(c, c->relay, c->sticks[0]);
	} else {
		settle_visit(c, hub, c->sticks[0]);
	}
	for (unsigned i = 1; i < c->nnodes; i++)
		if (c->nodes[i].r != NULL)
			county_carry(c, &c->nodes[i], c->sticks[0], false);
}

static void
settle_calm(struct county *c, unsigned least, bool relayed)
{
	for (unsigned round = 1; round <= least || !county_is_calm(c); round++) {
		if (round == SETTLE_ROUNDS)
			county_fail(c, "no end of it: %s", county_unrest(c));
		settle_round(c, round, relayed);
	}
}

/* Of two devices of a school the later one gets at once what the earlier one puts on
 * a stick. */
static void
settle_devices(struct county *c)
{
	for (unsigned i = 1; i < c->nnodes; i++) {
		struct county_node *a = &c->nodes[i], *b = NULL;

		for (unsigned k = i + 1; k < c->nnodes && b == NULL; k++)
			if (c->nodes[k].school == a->school && c->nodes[k].r != NULL)
				b = &c->nodes[k];
		if (a->r == NULL || b == NULL || a->school == 0 || a->revoked ||
		    b->revoked || a->hostile || b->hostile)
			continue;
		county_stick_lost(c, c->sticks[2]);
		county_write(c, a, 1);
		county_carry(c, a, c->sticks[2], true);
		county_carry(c, b, c->sticks[2], false);
		if (model_lacks(&a->told, &b->known) >= 0)
			county_fail(c, "node %u does not get what node %u gave it",
			    b->index, a->index);
	}
}

/* What the hub has is not sent to it again. */
static void
settle_silent(struct county *c)
{
	for (unsigned i = 1; i < c->nnodes; i++) {
		struct county_node *n = &c->nodes[i];
		struct replica_export out = {0};

		if (n->r == NULL || n->copied || n->revoked || n->hostile || n->relay)
			continue;
		county_stick_lost(c, c->sticks[2]);
		if (replica_export_to(n->r, c->sticks[2], &replica_self(c->nodes[0].r)->id,
		    &out) != STATUS_OK || out.transactions != 0)
			county_fail(c, "node %u sends %llu transactions that the hub has", i,
			    (unsigned long long)out.transactions);
	}
}

/* Once more, by way of the relay alone. */
static void
settle_relayed(struct county *c)
{
	struct county_node *n = county_device(c, 1 + (unsigned)(c->seed % c->schools), 0);

	if (c->relay == NULL || n == NULL || n->revoked || n->hostile)
		return;
	county_stick_lost(c, c->sticks[0]);
	county_stick_lost(c, c->sticks[1]);
	county_write(c, n, 1);
	settle_calm(c, 1, true);
}

void
county_settle(struct county *c)
{
	c->now_s += 3600;
	for (unsigned i = 0; i < c->nnodes; i++) {
		c->nodes[i].offset_s = 0;
		c->nodes[i].fault = COUNTY_NO_FAULT;
	}
	(void)snprintf(c->act, sizeof(c->act), "settling");
	for (unsigned i = 1; i <= c->schools; i++)
		if (county_device(c, i, 0) == NULL)
			county_recover(c, i, 1);
	settle_programs(c);
	county_stick_lost(c, c->sticks[0]);
	county_stick_lost(c, c->sticks[1]);
	c->damaged = false;
	for (unsigned i = 0; i < c->nnodes; i++)
		c->damaged |= c->nodes[i].hostile;
	settle_round(c, 0, false);
	/* What was sealed to a key before the last two could not be opened. */
	if (c->nseals > 1)
		settle_round(c, 0, false);
	county_sign_again(c);
	for (unsigned i = 1; county_twins_wait(c); i++) {
		if (i == 2 * SETTLE_ROUNDS)
			county_fail(c, "what a copy wrote waits for ever");
		settle_round(c, i, false);
	}
	for (unsigned i = 1; i < SETTLE_ROUNDS && copies_wait(c); i++)
		settle_round(c, i, false);
	settle_copies(c);
	settle_erasures(c);
	settle_calm(c, 1, false);
	settle_devices(c);
	settle_calm(c, 0, false);
	settle_silent(c);
	settle_relayed(c);
}
