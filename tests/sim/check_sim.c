/* The simulator: counties, each from one seed, in processes of their own.
 *
 *	check_sim                   the seeds of make check, as TAP
 *	check_sim FROM TO SCHOOLS   these seeds, and how many a second
 *	check_sim LIST              what the lists of such a file say
 *	KEHOU_SEED=N check_sim      one seed, with everything that happens
 *
 * A seed is a list of acts and faults made before the first of them happens.  One
 * that fails is run again with fewer of them until none can be left out; what is
 * left is printed as found.list keeps it: a line "seed SEED SCHOOLS", then a line
 * "WHAT NODE STICK DRAW" for each event.
 * Seeds above a million have the events of a county's years too (the hub's keys
 * changed, records ended, rights taken, …): how many and which follows from a stream of
 * chance of their own, so that the seeds below keep their meaning.
 * KEHOU_SEEDS and KEHOU_SCHOOLS change how many; KEHOU_SHRINK=0 does not shrink,
 * KEHOU_FAILURES=N ends after N seeds that fail (3). */
#define _GNU_SOURCE /* madvise, mremap, sbrk */
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>
#include "tests/sim/county.h"

#define ACTS 40
#define HANG_S 120u            /* no seed takes nearly as long; nor 10 s more a school */
#define WORDS_BYTES 512
#define HEAP_BYTES (32u << 20) /* more than most seeds ask for */
#define HUGE_BYTES (2u << 20)

enum what {
	WRITE, HUB_WRITE, IN, OUT, HUB_IN, HUB_OUT, /* acts */
	FIRST_FAULT,
	LOSE = FIRST_FAULT, COPY, SHELVE, ANCIENT, DAMAGE, CUT, FAIL, FULL, PULL,
	CLOCK, CLOCK_RIGHT, SAVE, RESTORE, HOSTILE, DEVICE, CLONE, LOSE_DISK, RECOVER,
	ERASE, REVOKE, UPGRADE, EXCHANGE, RELAY_IN, RELAY_OUT,
	FIRST_OF_YEARS,
	SEAL = FIRST_OF_YEARS, ISSUE, ROTATE, RIGHTS, OVERSTEP, END,
	TWIN, BACK_UP, PUT_BACK, WHATS
};
static const char *const names[WHATS] = { "write", "hub-write", "in", "out", "hub-in",
	"hub-out", "lose", "copy", "shelve", "ancient", "damage", "cut", "fail", "full",
	"pull", "clock", "clock-right", "save", "restore", "hostile", "device", "clone",
	"lose-disk", "recover", "erase", "revoke", "upgrade", "exchange", "relay-in",
	"relay-out", "seal", "issue", "rotate", "rights", "overstep", "end",
	"twin", "back-up", "put-back" };

struct event {
	enum what what;
	unsigned node, stick;
	uint32_t draw;
	bool on;               /* shrinking turns events off */
};
struct plan {
	uint64_t seed;
	unsigned schools, n;
	struct event *events;
};

static uintptr_t heap;        /* where it begins */
static bool loud;             /* says all that happens */
static bool traced;           /* says a hash of it */

static uint32_t
next(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t)((z ^ z >> 31) >> 16);
}

static void
insert(struct plan *p, unsigned at, struct event e)
{
	p->events = realloc(p->events, (p->n + 1) * sizeof(*p->events));
	if (p->events == NULL)
		abort();
	memmove(&p->events[at + 1], &p->events[at], (p->n - at) * sizeof(*p->events));
	p->events[at] = e;
	p->n++;
}

/* Events of years among the others, each kind at a rate of its own. */
static void
add_years(struct plan *p)
{
	uint64_t state = ~p->seed;
	unsigned weights[WHATS] = {0}, total = 0;

	for (unsigned w = FIRST_OF_YEARS; w < WHATS; w++)
		total += weights[w] = next(&state) % 2 == 0 ? 0 : 1 + next(&state) % 4;
	for (unsigned n = total == 0 ? 0 : 1 + next(&state) % (p->n / 6); n > 0; n--) {
		uint32_t at = next(&state) % total;
		unsigned what = 0;

		while (at >= weights[what])
			at -= weights[what++];
		insert(p, next(&state) % (p->n + 1), (struct event){
		    .what = (enum what)what, .on = true,
		    .node = 1 + next(&state) % p->schools,
		    .stick = next(&state) % COUNTY_STICKS, .draw = next(&state) });
	}
}

/* Each fault has a rate of its own, and in some seeds none. */
static void
make_plan(struct plan *p, uint64_t seed, unsigned schools)
{
	uint64_t state = seed;
	unsigned weights[WHATS] = { [WRITE] = 24, [HUB_WRITE] = 6, [IN] = 14, [OUT] = 14,
	    [HUB_IN] = 6, [HUB_OUT] = 6 }, total = 0;
	unsigned n = schools > 10 ? ACTS * schools / 6 : ACTS;

	p->seed = seed;
	p->schools = schools;
	p->n = n + next(&state) % n;
	p->events = calloc(p->n, sizeof(*p->events));
	if (p->events == NULL)
		abort();
	for (unsigned w = FIRST_FAULT; w < FIRST_OF_YEARS; w++)
		weights[w] = next(&state) % 3 == 0 ? 0 : next(&state) % 6;
	weights[HOSTILE] = next(&state) % 8 == 0;
	/* Machines do not come and go every day. */
	for (unsigned w = DEVICE; w <= UPGRADE; w++)
		weights[w] = next(&state) % (w == CLONE || w == UPGRADE ? 5 : 3) == 0;
	weights[ERASE] = next(&state) % 3;
	weights[RELAY_IN] = weights[RELAY_OUT] = next(&state) % 3 == 0 ? 4 : 0;
	for (unsigned w = 0; w < FIRST_OF_YEARS; w++)
		total += weights[w];
	for (unsigned i = 0; i < p->n; i++) {
		uint32_t at = next(&state) % total;
		unsigned what = 0;

		while (at >= weights[what])
			at -= weights[what++];
		p->events[i] = (struct event){ .what = (enum what)what, .on = true,
		    .node = 1 + next(&state) % schools,
		    .stick = next(&state) % COUNTY_STICKS, .draw = next(&state) };
	}
	if (seed > COUNTY_YEARS)
		add_years(p);
}

static void
describe(const struct plan *p, unsigned i, char ret[96])
{
	const struct event *e = &p->events[i];

	(void)snprintf(ret, 96, "%s %u %u %u", names[e->what], e->node, e->stick, e->draw);
}

/* --- One event ------------------------------------------------------------ */

static void
set_fault(struct county_node *n, const struct event *e)
{
	n->fault = e->what == CUT ? COUNTY_CUT : e->what == FAIL ? COUNTY_IO :
	    e->what == FULL ? COUNTY_FULL : COUNTY_PULL;
	n->fault_at = e->draw;
}

static int64_t
clock_offset(uint32_t draw)
{
	static const int64_t spans[] = { 60, 3600, 86400, 86400 * 30, 86400 * 365,
	    INT64_C(86400) * 365 * 30 };
	int64_t span = spans[draw % 6];

	return (int64_t)(draw >> 3) % (2 * span + 1) - span;
}

static void
happen_to_stick(struct county *c, const struct event *e)
{
	const char *stick = c->sticks[e->stick];
	const char *shelf = c->shelves[e->draw % COUNTY_SHELVES];

	switch (e->what) {
	case LOSE: county_stick_lost(c, stick); break;
	case COPY: county_stick_copied(c, stick, c->sticks[(e->stick + 1) %
	    COUNTY_STICKS]); break;
	case SHELVE: county_stick_copied(c, stick, shelf); break;
	case ANCIENT: county_stick_copied(c, shelf, stick); break;
	case DAMAGE: county_stick_damaged(c, stick, e->draw); break;
	default: break;
	}
}

static void
happen_to_machine(struct county *c, struct county_node *n, const struct event *e)
{
	switch (e->what) {
	case WRITE: county_write(c, n, e->draw); break;
	case IN: county_carry(c, n, c->sticks[e->stick], false); break;
	case OUT: county_carry(c, n, c->sticks[e->stick], true); break;
	case HOSTILE: county_hostile(c, n, e->draw); break;
	case CLONE: county_clone(c, n, e->draw); break;
	case LOSE_DISK: county_lose(c, n); break;
	case ERASE: county_erase(c, n, e->draw); break;
	case REVOKE: county_revoke(c, n); break;
	case OVERSTEP: county_overstep(c, n, e->draw); break;
	case TWIN: county_twin(c, n, e->draw); break;
	case EXCHANGE: county_exchange(c, n, e->draw); break;
	default: break;
	}
}

static void
happen(struct county *c, const struct event *e)
{
	struct county_node *own = county_device(c, e->node, e->draw), *n = own;

	/* Now and then the hub instead of a school. */
	if (e->draw >> 28 == 0 || n == NULL)
		n = &c->nodes[0];
	switch (e->what) {
	case HUB_WRITE: county_write(c, &c->nodes[0], e->draw); break;
	case HUB_IN: county_carry(c, &c->nodes[0], c->sticks[e->stick], false); break;
	case HUB_OUT: county_carry(c, &c->nodes[0], c->sticks[e->stick], true); break;
	case CLOCK: n->offset_s = clock_offset(e->draw); c->clocks_wrong = true; break;
	case CLOCK_RIGHT: n->offset_s = 0; break;
	case SAVE: county_save(c, n); break;
	case RESTORE: county_restore(c, n); break;
	case DEVICE: county_add_device(c, e->node); break;
	case RECOVER: county_recover(c, e->node, e->draw); break;
	case UPGRADE: county_upgrade(c, e->draw & 1 ? n : &c->nodes[0]); break;
	case SEAL: county_seal_anew(c); break;
	case ISSUE: county_new_root(c, false); break;
	case ROTATE: county_new_root(c, true); break;
	case RIGHTS: county_rights(c, e->draw); break;
	case END: county_end(c, e->node, e->draw); break;
	case BACK_UP:
		county_back_up(c, own == NULL || e->draw >> 30 == 0 ? &c->nodes[0] : own);
		break;
	case PUT_BACK: county_put_back(c, e->node, e->draw); break;
	case RELAY_IN: case RELAY_OUT:
		county_begin_relay(c);
		if (c->relay != NULL)
			county_carry(c, c->relay, c->sticks[e->stick],
			    e->what == RELAY_OUT);
		break;
	case CUT: case FAIL: case FULL: case PULL: set_fault(n, e); break;
	default:
		if (own != NULL)
			happen_to_machine(c, own, e);
		happen_to_stick(c, e);
		break;
	}
}

/* A child touches most of the heap that it shares: copied at once into large pages that
 * take its place costs less than a fault for each small one. */
static void
own_heap(void)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t from = (heap + page - 1) / page * page, to = (uintptr_t)sbrk(0);
	size_t len = to / page * page - from;
	size_t used = len - mallinfo2().keepcost / page * page; /* the rest is not in use */
	char *map = mmap(NULL, len + HUGE_BYTES, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (map == MAP_FAILED)
		return;
	map += (from - (uintptr_t)map) % HUGE_BYTES;
	(void)madvise(map, len, MADV_HUGEPAGE);
	memcpy(map, (void *)from, used + page < len ? used + page : len);
	(void)mremap(map, len, len, MREMAP_MAYMOVE | MREMAP_FIXED, (void *)from);
}

/* In a child: never returns. */
static void
live(struct county *c, const struct plan *p)
{
	county_seed(c, p->seed);
	for (unsigned i = 0; i < p->n; i++) {
		if (!p->events[i].on)
			continue;
		describe(p, i, c->act);
		if (loud)
			fprintf(stderr, "# %s\n", c->act);
		/* Now and then two things happen within a second. */
		c->now_s += p->events[i].draw % 5 == 0 ? 0 : 1 + p->events[i].draw % 3600;
		happen(c, &p->events[i]);
		c->trace = county_hash(c->trace, c->act, strlen(c->act));
	}
	county_settle(c);
	county_check_end(c);
	if (traced)
		printf("%016llx %llu\n", (unsigned long long)c->trace,
		    (unsigned long long)sim_operations(c->world));
	(void)fflush(stdout);
	_exit(0); /* not exit: streams of the parent stay where they are */
}

/* --- Processes ------------------------------------------------------------ */

/* True when the plan holds; else ret_words says what did not. */
static bool
holds(struct county *c, const struct plan *p, char ret_words[WORDS_BYTES])
{
	int ends[2], status = 0;
	size_t len = 0;
	ssize_t got;
	pid_t pid;

	(void)fflush(stdout);
	if (pipe(ends) != 0 || (pid = fork()) < 0)
		abort();
	if (pid == 0) {
		(void)dup2(ends[1], STDOUT_FILENO);
		if (!loud)
			(void)dup2(ends[1], STDERR_FILENO);
		close(ends[0]);
		close(ends[1]);
		own_heap();
		(void)alarm(HANG_S + 10 * p->schools);
		live(c, p);
	}
	close(ends[1]);
	while ((got = read(ends[0], ret_words + len, WORDS_BYTES - 1 - len)) > 0)
		len += (size_t)got;
	ret_words[len] = '\0';
	close(ends[0]);
	if (waitpid(pid, &status, 0) != pid)
		abort();
	if (WIFSIGNALED(status))
		(void)snprintf(ret_words + len, WORDS_BYTES - len, "signal %d\n",
		    WTERMSIG(status));
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Leaves out whatever can be left out, larger pieces first. */
static void
shrink(struct county *c, struct plan *p, char ret_words[WORDS_BYTES])
{
	char words[WORDS_BYTES];
	bool *was = malloc(p->n * sizeof(*was));
	bool less = true;

	if (was == NULL)
		abort();
	for (unsigned size = p->n / 2; size > 0; size = less && size == 1 ? 1 : size / 2) {
		less = false;
		for (unsigned from = 0; from < p->n; from += size) {
			bool any = false;

			for (unsigned i = from; i < p->n && i < from + size; i++) {
				was[i] = p->events[i].on;
				any |= was[i];
				p->events[i].on = false;
			}
			if (any && !holds(c, p, words)) {
				memcpy(ret_words, words, WORDS_BYTES);
				less = true;
				continue;
			}
			for (unsigned i = from; i < p->n && i < from + size; i++)
				p->events[i].on = was[i];
		}
		if (size == 1 && !less)
			break;
	}
	free(was);
}

static void
report(struct county *c, struct plan *p, char words[WORDS_BYTES])
{
	unsigned left = 0;
	char line[96];

	printf("# seed %llu of %u schools: %s", (unsigned long long)p->seed, p->schools,
	    words);
	if (getenv("KEHOU_SHRINK") != NULL && strcmp(getenv("KEHOU_SHRINK"), "0") == 0)
		return;
	shrink(c, p, words);
	for (unsigned i = 0; i < p->n; i++)
		left += p->events[i].on;
	printf("#   %u of its %u events are enough: %s", left, p->n, words);
	printf("#     seed %llu %u\n", (unsigned long long)p->seed, p->schools);
	for (unsigned i = 0; i < p->n; i++) {
		if (!p->events[i].on)
			continue;
		describe(p, i, line);
		printf("#     %s\n", line);
	}
}

static uint64_t
number(const char *text, uint64_t otherwise)
{
	return text == NULL ? otherwise : strtoull(text, NULL, 10);
}

/* How many of the seeds fail; some are enough. */
static unsigned
run(struct county *c, uint64_t from, uint64_t to, unsigned schools)
{
	char words[WORDS_BYTES];
	unsigned failed = 0;

	for (uint64_t seed = from; seed <= to; seed++) {
		struct plan p;

		make_plan(&p, seed, schools);
		if (!holds(c, &p, words)) {
			failed++;
			report(c, &p, words);
		}
		free(p.events);
		if (failed >= number(getenv("KEHOU_FAILURES"), 3) && !loud)
			break;
	}
	return failed;
}

/* --- What was found once -------------------------------------------------- */

static bool
read_event(const char *line, struct event *ret)
{
	char word[24];

	if (sscanf(line, "%23s %u %u %u", word, &ret->node, &ret->stick, &ret->draw) != 4)
		return false;
	for (unsigned w = 0; w < WHATS; w++)
		if (strcmp(word, names[w]) == 0) {
			ret->what = (enum what)w;
			ret->on = true;
			return true;
		}
	return false;
}

/* The next list of a file; its name is the comment before it. */
static bool
read_list(FILE *f, struct plan *p, char name[128])
{
	char line[256];
	unsigned long long seed;
	long at;

	*p = (struct plan){ .events = calloc(1024, sizeof(*p->events)) };
	if (p->events == NULL)
		abort();
	while (fgets(line, sizeof(line), f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#')
			(void)snprintf(name, 128, "%.120s", line + 2);
		if (sscanf(line, "seed %llu %u", &seed, &p->schools) == 2)
			break;
	}
	p->seed = seed;
	at = ftell(f);
	while (p->schools > 0 && p->n < 1024 && fgets(line, sizeof(line), f) != NULL &&
	    read_event(line, &p->events[p->n])) {
		p->n++;
		at = ftell(f);
	}
	(void)fseek(f, at, SEEK_SET);
	return p->n > 0;
}

/* Runs every list as a case of its own. */
static unsigned
run_lists(const char *path, unsigned *cases)
{
	char words[WORDS_BYTES], name[128] = "";
	FILE *f = fopen(path, "r");
	struct county *c = NULL;
	unsigned failed = 0;
	struct plan p;

	if (f == NULL) {
		printf("Bail out! %s cannot be read\n", path);
		exit(2);
	}
	while (read_list(f, &p, name)) {
		bool ok;

		if (c == NULL || c->schools != p.schools) {
			county_free(c);
			c = county_new(p.schools);
		}
		ok = holds(c, &p, words);
		printf("%sok %u - %s\n", ok ? "" : "not ", ++*cases, name);
		if (!ok)
			printf("# %s", words);
		failed += !ok;
		free(p.events);
	}
	free(p.events);
	county_free(c);
	(void)fclose(f);
	return failed;
}

/* The same seed twice: all that happens is the same. */
static unsigned
run_twice(uint64_t seed, unsigned schools, unsigned *cases)
{
	char words[2][WORDS_BYTES];
	struct county *c = county_new(schools);
	struct plan p;
	bool ok = true;

	make_plan(&p, seed, schools);
	traced = true;
	for (int i = 0; i < 2; i++)
		ok &= holds(c, &p, words[i]);
	traced = false;
	ok &= strcmp(words[0], words[1]) == 0;
	printf("%sok %u - seed %llu of %u schools happens again exactly\n",
	    ok ? "" : "not ", ++*cases, (unsigned long long)seed, schools);
	printf("# %s# %s", words[0], words[1]);
	free(p.events);
	county_free(c);
	return !ok;
}

static unsigned
run_seeds(uint64_t from, uint64_t to, unsigned schools, unsigned *cases)
{
	struct county *c = county_new(schools);
	struct timespec a, b;
	unsigned failed;
	double s;

	(void)clock_gettime(CLOCK_MONOTONIC, &a);
	failed = run(c, from, to, schools);
	(void)clock_gettime(CLOCK_MONOTONIC, &b);
	s = (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9;
	county_free(c);
	printf("%sok %u - seeds %llu to %llu of %u schools\n", failed ? "not " : "",
	    ++*cases, (unsigned long long)from, (unsigned long long)to, schools);
	printf("# %llu seeds, %.1f a second\n", (unsigned long long)(to - from + 1),
	    (double)(to - from + 1) / s);
	return failed;
}

int
main(int argc, char **argv)
{
	const char *one = getenv("KEHOU_SEED"), *root = getenv("SRCDIR");
	unsigned schools = (unsigned)number(argc > 3 ? argv[3] : getenv("KEHOU_SCHOOLS"), 3);
	unsigned failed = 0, cases = 0;
	char path[512];

	/* One thread; and what SQLite counts is asked for by nobody. */
	(void)sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	(void)sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 1200, 500);
	/* A page that is given back and asked for again costs more than its work. */
	heap = (uintptr_t)sbrk(0);
	(void)mallopt(M_MMAP_THRESHOLD, 1 << 30);
	(void)mallopt(M_TRIM_THRESHOLD, 1 << 30);
	(void)mallopt(M_TOP_PAD, HEAP_BYTES);
	loud = one != NULL;
	if (one != NULL) {
		failed = run_seeds(number(one, 1), number(one, 1), schools, &cases);
	} else if (argc > 2) {
		failed = run_seeds(number(argv[1], 1), number(argv[2], 1), schools, &cases);
	} else if (argc == 2) {
		failed = run_lists(argv[1], &cases);
	} else {
		(void)snprintf(path, sizeof(path), "%s/tests/sim/found.list",
		    root == NULL ? "." : root);
		failed = run_lists(path, &cases);
		failed += run_twice(1, schools, &cases);
		failed += run_seeds(1, number(getenv("KEHOU_SEEDS"), 50), schools, &cases);
		failed += run_seeds(COUNTY_YEARS + 1, COUNTY_YEARS +
		    number(getenv("KEHOU_SEEDS"), 50) / 2, schools, &cases);
		failed += run_seeds(1, 2, 12, &cases);
	}
	printf("1..%u\n", cases);
	return failed != 0;
}
