#include "node/auth.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sodium.h>

#include "sync/buffer.h"

#define TOKEN_BYTES 32
#define HASH_BYTES_AUTH 16
#define CLOCK_SET_S INT64_C(1596153600) /* 2020-07-31; one that is earlier was never set */
#define FILE_VERSION 2
#define FILE_MAX_BYTES (AUTH_MAX_SESSIONS * 90u)

struct session {
	uint8_t hash[HASH_BYTES_AUTH]; /* of the token: memory tells no cookie */
	uint8_t mark[PIN_MARK_BYTES];
	int64_t staff;                 /* 0: signed out */
	int64_t by;                    /* who it was */
	int64_t began_s, used_s;       /* used_s 0: free */
};

struct guesser {
	uint8_t hash[HASH_BYTES_AUTH]; /* of person and caller, or of the caller */
	unsigned wrong;                /* 0: free */
	int64_t last_s;                /* monotonic; a caller's: when the last came back */
};

struct auth {
	const struct env *env;
	char *path;
	pthread_mutex_t file;          /* taken before lock: one writer at a time */
	pthread_mutex_t lock;
	struct guesser persons[AUTH_MAX_GUESSERS], callers[AUTH_MAX_GUESSERS];
	struct session sessions[AUTH_MAX_SESSIONS];
};

/* ---- the file ---- */
static void
put_sessions(struct auth *a, struct buffer *b)
{
	buffer_put_varint(b, FILE_VERSION);
	pthread_mutex_lock(&a->lock);
	for (size_t i = 0; i < AUTH_MAX_SESSIONS; i++) {
		const struct session *s = &a->sessions[i];

		if (s->used_s == 0)
			continue;
		buffer_put(b, s->hash, sizeof s->hash);
		buffer_put(b, s->mark, sizeof s->mark);
		buffer_put_varint(b, (uint64_t)s->staff);
		buffer_put_varint(b, (uint64_t)s->by);
		buffer_put_varint(b, (uint64_t)s->began_s);
		buffer_put_varint(b, (uint64_t)s->used_s);
	}
	pthread_mutex_unlock(&a->lock);
}

static void
save(struct auth *a)
{
	struct buffer b = BUFFER_INIT;

	pthread_mutex_lock(&a->file);
	put_sessions(a, &b);
	/* Nobody ever signed in: no file. */
	if (buffer_status(&b) == STATUS_OK && b.len > 1)
		(void)!env_write_file(a->env, a->path, b.data, b.len);
	pthread_mutex_unlock(&a->file);
	buffer_release(&b);
}

static void
load(struct auth *a)
{
	struct buffer b = BUFFER_INIT;
	struct reader rd;

	if (env_read_file(a->env, a->path, FILE_MAX_BYTES, &b) == STATUS_OK) {
		reader_init(&rd, b.data, b.len);
		if (reader_varint(&rd) != FILE_VERSION)
			rd.left = 0;
		for (size_t i = 0; i < AUTH_MAX_SESSIONS && rd.left > 0; i++) {
			struct session *s = &a->sessions[i];

			reader_copy(&rd, s->hash, sizeof s->hash);
			reader_copy(&rd, s->mark, sizeof s->mark);
			s->staff = (int64_t)reader_varint(&rd);
			s->by = (int64_t)reader_varint(&rd);
			s->began_s = (int64_t)reader_varint(&rd);
			s->used_s = (int64_t)reader_varint(&rd);
		}
		if (reader_status(&rd) != STATUS_OK)
			memset(a->sessions, 0, sizeof a->sessions);
	}
	buffer_release(&b);
}

int
auth_new(const char *dir, const struct env *env, struct auth **ret)
{
	struct auth *a = calloc(1, sizeof *a);
	size_t len = strlen(dir) + sizeof "/" AUTH_FILE;

	if (a == NULL || (a->path = malloc(len)) == NULL) {
		free(a);
		return STATUS_NOMEM;
	}
	(void)snprintf(a->path, len, "%s/%s", dir, AUTH_FILE);
	a->env = env;
	pthread_mutex_init(&a->file, NULL);
	pthread_mutex_init(&a->lock, NULL);
	load(a);
	*ret = a;
	return STATUS_OK;
}

void
auth_free(struct auth *a)
{
	if (a == NULL)
		return;
	save(a);
	pthread_mutex_destroy(&a->lock);
	pthread_mutex_destroy(&a->file);
	free(a->path);
	free(a);
}

/* ---- sessions ---- */
static void
hash_of(const char *cookie, uint8_t ret[HASH_BYTES_AUTH])
{
	crypto_generichash(ret, HASH_BYTES_AUTH, (const uint8_t *)cookie, strlen(cookie),
	    NULL, 0);
}

static bool
expired(const struct session *s, int64_t now_s)
{
	/* A clock set back ends no session at once; one set forward by days ends it. */
	return now_s - s->used_s > AUTH_IDLE_S || now_s - s->began_s > AUTH_LONGEST_S;
}

/* Whatever was begun or used under a clock that was ahead counts from when it is set right. */
static void
be_not_ahead(struct auth *a, int64_t now_s)
{
	for (size_t i = 0; i < AUTH_MAX_SESSIONS && now_s >= CLOCK_SET_S; i++) {
		struct session *s = &a->sessions[i];

		if (s->began_s > now_s)
			s->began_s = now_s;
		if (s->used_s > now_s)
			s->used_s = now_s;
	}
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
auth_begin(struct auth *a, int64_t staff, const uint8_t mark[PIN_MARK_BYTES], int64_t now_s,
    char ret[AUTH_COOKIE_BYTES])
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
	*s = (struct session){ .staff = staff, .by = staff, .began_s = now_s, .used_s = now_s };
	hash_of(ret, s->hash);
	memcpy(s->mark, mark, sizeof s->mark);
	pthread_mutex_unlock(&a->lock);
	save(a);
}

int64_t
auth_staff(struct auth *a, const char *cookie, int64_t now_s,
    uint8_t ret_mark[PIN_MARK_BYTES])
{
	struct session *s;
	int64_t staff = 0;

	if (cookie == NULL)
		return 0;
	pthread_mutex_lock(&a->lock);
	be_not_ahead(a, now_s);
	s = find(a, cookie);
	if (s != NULL && expired(s, now_s))
		s->staff = 0;
	else if (s != NULL) {
		if (s->used_s < now_s)
			s->used_s = now_s;
		staff = s->staff;
		memcpy(ret_mark, s->mark, sizeof s->mark);
	}
	pthread_mutex_unlock(&a->lock);
	return staff;
}

void
auth_remark(struct auth *a, const char *cookie, const uint8_t mark[PIN_MARK_BYTES])
{
	struct session *s;

	pthread_mutex_lock(&a->lock);
	s = find(a, cookie);
	if (s != NULL)
		memcpy(s->mark, mark, sizeof s->mark);
	pthread_mutex_unlock(&a->lock);
	save(a);
}

int64_t
auth_house(struct auth *a, const char *cookie)
{
	const struct session *s;
	int64_t by;

	pthread_mutex_lock(&a->lock);
	s = find(a, cookie);
	by = s != NULL ? s->by : 0;
	pthread_mutex_unlock(&a->lock);
	return by;
}

void
auth_end(struct auth *a, const char *cookie)
{
	struct session *s;
	bool ended;

	if (cookie == NULL)
		return;
	pthread_mutex_lock(&a->lock);
	s = find(a, cookie);
	ended = s != NULL && s->staff != 0;
	if (ended)
		s->staff = 0;
	pthread_mutex_unlock(&a->lock);
	if (ended)
		save(a);
}

void
auth_end_staff(struct auth *a, int64_t staff)
{
	pthread_mutex_lock(&a->lock);
	for (size_t i = 0; i < AUTH_MAX_SESSIONS; i++)
		if (a->sessions[i].staff == staff)
			a->sessions[i].staff = 0;
	pthread_mutex_unlock(&a->lock);
	save(a);
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

void
auth_caller(int64_t house, const char *peer, char ret[AUTH_CALLER_BYTES])
{
	if (house != 0)
		(void)snprintf(ret, AUTH_CALLER_BYTES, "house %lld", (long long)house);
	else
		(void)snprintf(ret, AUTH_CALLER_BYTES, "%s", peer);
}

/* Of the i-th person who is meant, or of what was typed. */
static void
person_hash(const struct auth_try *t, size_t i, uint8_t ret[HASH_BYTES_AUTH])
{
	crypto_generichash_state state;

	crypto_generichash_init(&state, NULL, 0, HASH_BYTES_AUTH);
	crypto_generichash_update(&state, (const uint8_t *)t->caller, strlen(t->caller) + 1);
	if (t->found != NULL && i < t->found->n)
		crypto_generichash_update(&state, (const uint8_t *)&t->found->who[i].staff,
		    sizeof t->found->who[i].staff);
	else
		crypto_generichash_update(&state, (const uint8_t *)t->name, strlen(t->name) + 1);
	crypto_generichash_final(&state, ret, HASH_BYTES_AUTH);
}

static size_t
npersons(const struct auth_try *t)
{
	return t->found != NULL && t->found->n > 0 ? t->found->n : 1;
}

static int64_t
person_wait_s(const struct guesser *g, int64_t now)
{
	int64_t wait = 2;

	if (g->wrong < AUTH_FREE_TRIES)
		return 0;
	for (unsigned i = AUTH_FREE_TRIES; i < g->wrong && wait < AUTH_LONGEST_WAIT_S; i++)
		wait *= 2;
	if (wait > AUTH_LONGEST_WAIT_S)
		wait = AUTH_LONGEST_WAIT_S;
	wait = g->last_s + wait - now;
	return wait > 0 ? wait : 0;
}

static int64_t
caller_wait_s(const struct guesser *g, int64_t now)
{
	int64_t back = (now - g->last_s) / AUTH_BACK_S;

	return (int64_t)g->wrong - back < AUTH_FREE_OF_ONE ? 0
	    : g->last_s + (back + 1) * AUTH_BACK_S - now;
}

static void
give_back(struct auth *a, int64_t now)
{
	for (size_t i = 0; i < AUTH_MAX_GUESSERS; i++) {
		struct guesser *g = &a->callers[i];
		int64_t back = (now - g->last_s) / AUTH_BACK_S;

		g->wrong = back < (int64_t)g->wrong ? g->wrong - (unsigned)back : 0;
		g->last_s = g->wrong > 0 ? g->last_s + back * AUTH_BACK_S : now;
	}
}

static struct guesser *
guesser_of(struct guesser *list, const uint8_t hash[HASH_BYTES_AUTH])
{
	for (size_t i = 0; i < AUTH_MAX_GUESSERS; i++)
		if (list[i].wrong > 0 && memcmp(list[i].hash, hash, HASH_BYTES_AUTH) == 0)
			return &list[i];
	return NULL;
}

/* One more; where all are taken one gives way that waits for nothing, the least guilty. */
static void
count(struct guesser *list, const uint8_t hash[HASH_BYTES_AUTH], int64_t now,
    int64_t (*wait_s)(const struct guesser *g, int64_t now), bool dated)
{
	struct guesser *g = guesser_of(list, hash), *x;

	if (g == NULL) {
		g = list;
		for (x = list + 1; x < list + AUTH_MAX_GUESSERS; x++) {
			bool waits = wait_s(x, now) > 0, waited = wait_s(g, now) > 0;

			if (waits != waited ? waited : x->wrong != g->wrong ? x->wrong < g->wrong
			    : x->last_s < g->last_s)
				g = x;
		}
		*g = (struct guesser){ .last_s = now };
		memcpy(g->hash, hash, sizeof g->hash);
	}
	g->wrong++;
	if (dated)
		g->last_s = now;
}

unsigned
auth_try(struct auth *a, const struct auth_try *t)
{
	uint8_t hash[HASH_BYTES_AUTH], caller[HASH_BYTES_AUTH];
	int64_t now = seconds(), wait, other;
	const struct guesser *g;

	pthread_mutex_lock(&a->lock);
	give_back(a, now);
	hash_of(t->caller, caller);
	g = guesser_of(a->callers, caller);
	wait = g != NULL ? caller_wait_s(g, now) : 0;
	for (size_t i = 0; i < npersons(t); i++) {
		person_hash(t, i, hash);
		g = guesser_of(a->persons, hash);
		other = g != NULL ? person_wait_s(g, now) : 0;
		wait = other > wait ? other : wait;
	}
	for (size_t i = 0; i < npersons(t) && wait == 0; i++) {
		person_hash(t, i, hash);
		count(a->persons, hash, now, person_wait_s, true);
	}
	if (wait == 0)
		count(a->callers, caller, now, caller_wait_s, false);
	pthread_mutex_unlock(&a->lock);
	return (unsigned)wait;
}

void
auth_tried(struct auth *a, const struct auth_try *t, int64_t whose)
{
	uint8_t hash[HASH_BYTES_AUTH];
	struct guesser *g;

	pthread_mutex_lock(&a->lock);
	for (size_t i = 0; i < npersons(t); i++) {
		int64_t who = t->found != NULL && i < t->found->n ? t->found->who[i].staff
		    : AUTH_RIGHT;

		person_hash(t, i, hash);
		g = guesser_of(a->persons, hash);
		/* A namesake's PIN forgives no guesses at another's. */
		if (g != NULL)
			g->wrong = who == whose ? 0 : g->wrong - 1;
	}
	hash_of(t->caller, hash);
	g = guesser_of(a->callers, hash);
	if (g != NULL)
		g->wrong--;
	pthread_mutex_unlock(&a->lock);
}
