/* A hub's issuing key and the county's root key, changed for new ones. */
#include "sync/replica_internal.h"

#include <string.h>

#define KEY "keys/issuing.key"
#define NEXT "keys/issuing.next"

static int
remove_file(struct replica *r, const char *name)
{
	char path[REPLICA_PATH_BYTES];
	int status = replica_path(r->dir, name, path);

	if (status == STATUS_OK)
		status = r->env->files->remove(r->env->ctx, path);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* The next key takes the place of the last one. */
static int
install_next(struct replica *r)
{
	char next[REPLICA_PATH_BYTES], key[REPLICA_PATH_BYTES];
	int status = replica_path(r->dir, NEXT, next);

	if (status == STATUS_OK)
		status = replica_path(r->dir, KEY, key);
	return status == STATUS_OK ? env_move_file(r->env, next, key) : status;
}

int
replica_settle_issuing(struct replica *r)
{
	char path[REPLICA_PATH_BYTES];
	uint8_t sk[64];
	uint64_t county;
	int status;

	if (r->role != ROLE_HUB ||
	    memcmp(r->issuing_sk + 32, r->roster.issuing_pk, SIGN_PK_BYTES) == 0)
		return STATUS_OK;
	status = replica_path(r->dir, NEXT, path);
	if (status == STATUS_OK)
		status = roster_issuing_load(r->env, path, &county, sk);
	if (status == STATUS_OK && memcmp(sk + 32, r->roster.issuing_pk, SIGN_PK_BYTES) == 0) {
		memcpy(r->issuing_sk, sk, sizeof(sk));
		status = install_next(r);
	}
	sodium_memzero(sk, sizeof(sk));
	/* Put back to before the change: it can read, and signs after root issue. */
	return status == STATUS_NOT_FOUND || status == STATUS_CORRUPT ? STATUS_OK : status;
}

/* Draws an issuing key and keeps it beside the one in use. */
static int
draw_next(struct replica *r, uint8_t ret_sk[64])
{
	char path[REPLICA_PATH_BYTES];
	uint8_t seed[32], pk[SIGN_PK_BYTES];
	int status = remove_file(r, NEXT);

	if (status == STATUS_OK)
		status = replica_path(r->dir, NEXT, path);
	r->env->random(r->env->ctx, seed, sizeof(seed));
	crypto_sign_seed_keypair(pk, ret_sk, seed);
	sodium_memzero(seed, sizeof(seed));
	return status == STATUS_OK ?
	    roster_issuing_save(ret_sk, r->county, r->env, path) : status;
}

/* Publishes the roster that the new key signs, then lets it take its place. */
static int
put_in_use(struct replica *r, const uint8_t root_sk[64], const uint8_t next_sk[64])
{
	uint8_t last[64];
	int status = roster_issue(&r->roster, root_sk, next_sk + 32);

	if (status != STATUS_OK)
		return status;
	status = replica_join_aside(r, next_sk);
	if (status != STATUS_OK)
		return status;
	memcpy(last, r->issuing_sk, sizeof(last));
	memcpy(r->issuing_sk, next_sk, sizeof(last));
	status = replica_publish_roster(r);
	/* A roster that could not be synced may be there all the same. */
	if (status != STATUS_OK &&
	    memcmp(r->roster.issuing_pk, next_sk + 32, SIGN_PK_BYTES) != 0)
		memcpy(r->issuing_sk, last, sizeof(last));
	sodium_memzero(last, sizeof(last));
	if (status == STATUS_OK)
		status = install_next(r);
	return status == STATUS_OK ? remove_file(r, REPLICA_ROSTER_ASIDE) : status;
}

static int
load_root(struct replica *r, const char *path, const char *passphrase, uint8_t ret_sk[64])
{
	uint64_t county;
	int status = roster_root_load(r->env, path, passphrase, strlen(passphrase), &county,
	    ret_sk);

	if (status != STATUS_OK)
		return status;
	if (county != r->county ||
	    memcmp(ret_sk + 32, roster_newest_root(&r->roster), SIGN_PK_BYTES) != 0)
		return STATUS_STALE;
	return STATUS_OK;
}

int
replica_root_issue(struct replica *r, const char *root_copy, const char *passphrase)
{
	uint8_t root_sk[64], next_sk[64];
	int status = r->role == ROLE_HUB ? load_root(r, root_copy, passphrase, root_sk) :
	    STATUS_RIGHTS;

	if (status == STATUS_OK)
		status = draw_next(r, next_sk);
	if (status == STATUS_OK)
		status = put_in_use(r, root_sk, next_sk);
	if (status != STATUS_OK)
		status = replica_put_roster_back(r, status);
	sodium_memzero(root_sk, sizeof(root_sk));
	sodium_memzero(next_sk, sizeof(next_sk));
	return status;
}

int
replica_root_rotate(struct replica *r, const char *root_copy, const char *passphrase,
    const struct replica_hub_options *next)
{
	uint8_t root_sk[64], fresh_sk[64], next_sk[64], seed[32], pk[SIGN_PK_BYTES];
	int status = r->role == ROLE_HUB ? load_root(r, root_copy, passphrase, root_sk) :
	    STATUS_RIGHTS;

	if (status == STATUS_OK && r->roster.nsteps >= ROSTER_MAX_STEPS)
		status = STATUS_TOO_LARGE;
	r->env->random(r->env->ctx, seed, sizeof(seed));
	crypto_sign_seed_keypair(pk, fresh_sk, seed);
	/* Two copies that open, before anything hangs on the new key. */
	if (status == STATUS_OK)
		status = replica_save_root(r->env, next, fresh_sk);
	if (status == STATUS_OK)
		status = draw_next(r, next_sk);
	if (status == STATUS_OK)
		status = roster_rotate(&r->roster, root_sk, fresh_sk);
	if (status == STATUS_OK)
		status = put_in_use(r, fresh_sk, next_sk);
	if (status != STATUS_OK)
		status = replica_put_roster_back(r, status);
	sodium_memzero(root_sk, sizeof(root_sk));
	sodium_memzero(fresh_sk, sizeof(fresh_sk));
	sodium_memzero(next_sk, sizeof(next_sk));
	sodium_memzero(seed, sizeof(seed));
	return status;
}
