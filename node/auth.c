#include "node/auth.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sodium.h>

#define TOKEN_BYTES 32
#define HASH_BYTES_AUTH 16

struct session {
	uint8_t hash[HASH_BYTES_AUTH]; /* of the token: memory tells no cookie */
	int64_t staff;                 /* 0: free */
	int64_t began_s, used_s;
};

struct guesser {
	uint8_t hash[HASH_BYTES_AUTH]; /* of name and address */
	unsigned wrong;                /* 0: free */
	int64_t until_s, last_s;       /* monotonic */
};

struct auth {
	pthread_mutex_t lock;
	struct guesser guessers[AUTH_MAX_GUESSERS];
	struct session sessions[AUTH_MAX_SESSIONS];
};

int
auth_new(struct auth **ret)
{
	struct auth *a = calloc(1, sizeof *a);

	if (a == NULL)
		return STATUS_NOMEM;
	pthread_mutex_init(&a->lock, NULL);
	*ret = a;
	return STATUS_OK;
}

void
auth_free(struct auth *a)
{
	if (a == NULL)
		return;
	pthread_mutex_destroy(&a->lock);
	free(a);
}

static void
hash_of(const char *cookie, uint8_t ret[HASH_BYTES_AUTH])
{
	crypto_generichash(ret, HASH_BYTES_AUTH, (const uint8_t *)cookie, strlen(cookie),
	    NULL, 0);
}

static bool
expired(const struct session *s, int64_t now_s)
{
	/* A clock set back ends no session; one set forward by days ends it. */
	return now_s - s->used_s > AUTH_IDLE_S || now_s - s->began_s > AUTH_LONGEST_S;
}

static struct session *
find(struct auth *a, const char *cookie)
{
	uint8_t hash[HASH_BYTES_AUTH];

	hash_of(cookie, hash);
	for (size_t i = 0; i < AUTH_MAX_SESSIONS; i++)
		if (a->sessions[i].used_s != 0 &&
		    sodium_memcmp(a->sessions[i].hash, hash, sizeof hash) == 0)
			return &a->sessions[i];
	return NULL;
}

void
auth_begin(struct auth *a, int64_t staff, int64_t now_s, char ret[AUTH_COOKIE_BYTES])
{
	uint8_t token[TOKEN_BYTES];
	struct session *s = a->sessions;

	randombytes_buf(token, sizeof token);
	sodium_bin2base64(ret, AUTH_COOKIE_BYTES, token, sizeof token,
	    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	sodium_memzero(token, sizeof token);
	pthread_mutex_lock(&a->lock);
	for (size_t i = 0; i < AUTH_MAX_SESSIONS && s->used_s != 0; i++)
		if (a->sessions[i].used_s < s->used_s)
			s = &a->sessions[i];
	*s = (struct session){ .staff = staff, .began_s = now_s, .used_s = now_s };
	hash_of(ret, s->hash);
	pthread_mutex_unlock(&a->lock);
}

int64_t
auth_staff(struct auth *a, const char *cookie, int64_t now_s)
{
	struct session *s;
	int64_t staff = 0;

	if (cookie == NULL)
		return 0;
	pthread_mutex_lock(&a->lock);
	s = find(a, cookie);
	if (s != NULL && expired(s, now_s))
		s->staff = 0;
	else if (s != NULL) {
		s->used_s = now_s;
		staff = s->staff;
	}
	pthread_mutex_unlock(&a->lock);
	return staff;
}

bool
auth_known(struct auth *a, const char *cookie)
{
	bool known;

	pthread_mutex_lock(&a->lock);
	known = find(a, cookie) != NULL;
	pthread_mutex_unlock(&a->lock);
	return known;
}

void
auth_end(struct auth *a, const char *cookie)
{
	struct session *s;

	if (cookie == NULL)
		return;
	pthread_mutex_lock(&a->lock);
	s = find(a, cookie);
	if (s != NULL)
		s->staff = 0;
	pthread_mutex_unlock(&a->lock);
}

void
auth_end_staff(struct auth *a, int64_t staff)
{
	pthread_mutex_lock(&a->lock);
	for (size_t i = 0; i < AUTH_MAX_SESSIONS; i++)
		if (a->sessions[i].staff == staff)
			a->sessions[i].staff = 0;
	pthread_mutex_unlock(&a->lock);
}

/* ---- guessing ---- */
/* Not the wall clock: setting it forward must not help a guesser. */
static int64_t
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

/* The entry of name and peer, or the one that gives way; under the lock. */
static struct guesser *
guesser_of(struct auth *a, const char *name, const char *peer, bool *ret_known)
{
	crypto_generichash_state state;
	struct guesser *oldest = a->guessers;
	uint8_t hash[HASH_BYTES_AUTH];

	crypto_generichash_init(&state, NULL, 0, sizeof hash);
	crypto_generichash_update(&state, (const uint8_t *)peer, strlen(peer) + 1);
	crypto_generichash_update(&state, (const uint8_t *)name, strlen(name));
	crypto_generichash_final(&state, hash, sizeof hash);
	*ret_known = true;
	for (size_t i = 0; i < AUTH_MAX_GUESSERS; i++) {
		struct guesser *g = &a->guessers[i];

		if (g->wrong > 0 && memcmp(g->hash, hash, sizeof hash) == 0)
			return g;
		if (g->last_s < oldest->last_s)
			oldest = g;
	}
	*ret_known = false;
	memcpy(oldest->hash, hash, sizeof hash);
	oldest->wrong = 0;
	oldest->until_s = 0;
	return oldest;
}

unsigned
auth_wait_s(struct auth *a, const char *name, const char *peer)
{
	int64_t now = seconds(), until;
	bool known;

	pthread_mutex_lock(&a->lock);
	until = guesser_of(a, name, peer, &known)->until_s;
	pthread_mutex_unlock(&a->lock);
	return known && until > now ? (unsigned)(until - now) : 0;
}

void
auth_tried(struct auth *a, const char *name, const char *peer, bool right)
{
	int64_t wait = 2;
	struct guesser *g;
	bool known;

	pthread_mutex_lock(&a->lock);
	g = guesser_of(a, name, peer, &known);
	g->last_s = seconds();
	g->wrong = right ? 0 : g->wrong + 1;
	for (unsigned i = AUTH_FREE_TRIES; i < g->wrong && wait < AUTH_LONGEST_WAIT_S; i++)
		wait *= 2;
	if (wait > AUTH_LONGEST_WAIT_S)
		wait = AUTH_LONGEST_WAIT_S;
	g->until_s = g->wrong >= AUTH_FREE_TRIES ? g->last_s + wait : 0;
	pthread_mutex_unlock(&a->lock);
}
