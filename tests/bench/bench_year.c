/* What a county's year costs its hub: schools of 250 children write 200 days of two
 * sessions a class, each day is exported, carried and merged as a sealed bundle, and the
 * hub's answer goes back.  The CPU of the hub's imports alone is counted.
 * usage: bench_year [SCHOOLS [DAYS]]: 1 and 20 unless told. */
#define _XOPEN_SOURCE 700 /* nftw */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "gen/bench_year_sql.h"
#include "gen/domain_entries.h"
#include "gen/schema_registry.h"
#include "sync/replica.h"
#include "sync/replica_internal.h"

#define FIRST_SCHOOL UINT64_C(3141018001)
#define START_S INT64_C(1788220800) /* 2026-09-01 08:00 in the school */
#define START_DAY 9740
#define MAX_SCHOOLS 20
#define MAX_DAYS 1000
#define CLASSES 10
#define CLASS 25
#define COUNTY 170

struct node {
	char dir[512];
	struct replica *r;
	uint64_t school;
};

static const struct replica_domain domain = {.registry = &schema_registry,
    .migrations = domain_migrations};
static int64_t clock_s = START_S;
static struct env env;
static char stick[512];
static struct node hub, schools[MAX_SCHOOLS];

static int64_t
now_s(void *ctx)
{
	(void)ctx;
	return clock_s;
}

static void
must(int status, const char *what)
{
	if (status != STATUS_OK) {
		fprintf(stderr, "bench_year: %s: %s\n", what, status_name(status));
		exit(EXIT_FAILURE);
	}
}

static double
cpu_s(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
make_hub(const char *folder)
{
	char copies[2][600];
	struct replica_hub_options o = {.county = 410185, .name = "登封市",
	    .passphrase = "correct horse battery"};

	snprintf(hub.dir, sizeof(hub.dir), "%s/hub", folder);
	for (int i = 0; i < 2; i++) {
		snprintf(copies[i], sizeof(copies[i]), "%s/root%d", folder, i);
		o.root_copies[i] = copies[i];
	}
	must(replica_init_hub(hub.dir, &env, &domain, &o), "hub");
	must(replica_open(hub.dir, &env, &domain, &hub.r), "hub");
}

static void
make_school(const char *folder, int i)
{
	struct node *n = &schools[i];
	struct replica_invite in = {.role = ROLE_SCHOOL, .school = {.name = "小学",
	    .class_code = 220, .kind = 1}};
	struct buffer file = BUFFER_INIT;
	char recovery[RECOVERY_TEXT_BYTES];

	n->school = in.school.id = FIRST_SCHOOL + (uint64_t)i;
	snprintf(n->dir, sizeof(n->dir), "%s/school%d", folder, i);
	must(replica_invite(hub.r, &in, &file), "invite");
	must(replica_init_school(n->dir, &env, &domain, file.data, file.len, recovery), "school");
	must(replica_open(n->dir, &env, &domain, &n->r), "school");
	buffer_release(&file);
}

/* One statement within the transaction that stands. */
static void
run(struct node *n, const char *sql, int64_t day, int slot, int64_t grp, int64_t pupil)
{
	const struct { const char *name; int64_t value; } binds[] = {{"school",
	    (int64_t)n->school}, {"date", day}, {"slot", slot}, {"grp", grp}, {"pupil", pupil}};
	struct store_stmt *st;
	bool row;

	must(store_prepare(replica_store(n->r), sql, &st, NULL), sql);
	for (size_t i = 0; i < sizeof(binds) / sizeof(binds[0]); i++)
		if (store_parameter(st, binds[i].name) > 0)
			must(store_bind(st, binds[i].name, value_int(binds[i].value)), "bind");
	must(store_step(st, &row), sql);
	store_reset(st);
}

static void
begin(struct node *n, int staff)
{
	clock_s += 7;
	must(replica_begin(n->r, n->school, LANE_ORDINARY, staff), "begin");
}

static void
commit(struct node *n)
{
	uint64_t seq;

	must(store_commit(replica_store(n->r), &seq), "commit");
}

static void
one(struct node *n, const char *sql, int64_t day, int slot, int64_t grp, int64_t pupil)
{
	begin(n, 1 + (int)(grp % 10));
	run(n, sql, day, slot, grp, pupil);
	commit(n);
}

static int64_t
grp_of(int c)
{
	return (2026 - c / 2) * 100 + 1 + c % 2;
}

/* The n-th child of a class, as the statements spread them. */
static int64_t
pupil_of(int c, int n)
{
	return 1000 + (c / 2) + 5 * (c % 2 == 0 ? 2 * n : 2 * n + 1);
}

/* Noon and afternoon of every class; at noon all go back at once, in the afternoon each
 * child is fetched; one mark in twelve is corrected. */
static void
live(struct node *n, int64_t day)
{
	for (int slot = 1; slot <= 2; slot++) {
		for (int c = 0; c < CLASSES; c++) {
			begin(n, 1 + c);
			run(n, YEAR_SQL_SESSION, day, slot, grp_of(c), 0);
			run(n, YEAR_SQL_ROLL, day, slot, grp_of(c), 0);
			commit(n);
			for (int i = (int)(day % 12); i < CLASS; i += 12)
				one(n, YEAR_SQL_CORRECT, day, slot, grp_of(c), pupil_of(c, i));
			one(n, YEAR_SQL_HANDOVER, day, slot, grp_of(c), 0);
			if (slot == 1)
				one(n, YEAR_SQL_BACK, day, slot, grp_of(c), 0);
		}
		for (int i = 0; i < CLASS && slot == 2; i++)
			for (int c = 0; c < CLASSES; c++)
				one(n, YEAR_SQL_LEAVE, day, slot, grp_of(c), pupil_of(c, i));
		for (int c = 0; c < CLASSES; c++)
			one(n, YEAR_SQL_CLOSING, day, slot, grp_of(c), 0);
	}
}

/* There and back; returns the hub's CPU. */
static double
carry(struct node *n, uint64_t *rows)
{
	struct replica_export out;
	struct replica_import in;
	double at, s;

	must(replica_export(n->r, stick, false, &out), "export");
	at = cpu_s();
	must(replica_import(hub.r, stick, NULL, NULL, &in), "import");
	s = cpu_s() - at;
	if (in.merged != 1 || in.held + in.refused + in.partly > 0)
		must(STATUS_CORRUPT, "a bundle was not merged");
	*rows += in.rows;
	must(replica_export(hub.r, stick, false, &out), "answer");
	must(replica_import(n->r, stick, NULL, NULL, &in), "answer");
	return s;
}

static void
print(const double *s, const uint64_t *rows, int nschools, int days)
{
	int part = days / 10 > 0 ? days / 10 : 1;
	double all = 0, first = 0, last = 0;
	uint64_t nall = 0, nfirst = 0, nlast = 0;

	for (int d = 0; d < days; d++) {
		all += s[d];
		nall += rows[d];
		first += d < part ? s[d] : 0;
		nfirst += d < part ? rows[d] : 0;
		last += d >= days - part ? s[d] : 0;
		nlast += d >= days - part ? rows[d] : 0;
	}
	printf("a hub merges %d schools x %d days: %llu rows, %.2f s of CPU, %.2f us a row "
	    "(first tenth %.2f, last tenth %.2f)\n", nschools, days, (unsigned long long)nall,
	    all, all * 1e6 / (double)nall, first * 1e6 / (double)nfirst,
	    last * 1e6 / (double)nlast);
	printf("a county's year of %d schools at that: %.0f s (goal 60)\n", COUNTY,
	    all / nschools * COUNTY * 200 / days);
}

static int
forget(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

int
main(int argc, char **argv)
{
	int nschools = argc > 1 ? atoi(argv[1]) : 1, days = argc > 2 ? atoi(argv[2]) : 20;
	char folder[] = "/tmp/bench_year.XXXXXX";
	static double s[MAX_DAYS];
	static uint64_t rows[MAX_DAYS];
	uint64_t setup = 0;

	if (nschools < 1 || nschools > MAX_SCHOOLS || days < 1 || days > MAX_DAYS
	    || mkdtemp(folder) == NULL) {
		fprintf(stderr, "usage: bench_year [SCHOOLS [DAYS]]\n");
		return EXIT_FAILURE;
	}
	env = env_posix;
	env.now_s = now_s;
	snprintf(stick, sizeof(stick), "%s/stick", folder);
	must(mkdir(stick, 0700) < 0 ? STATUS_IO : STATUS_OK, stick);
	make_hub(folder);
	for (int i = 0; i < nschools; i++) {
		static const char *const first[] = {YEAR_SQL_PUPIL, YEAR_SQL_ENROLMENT,
		    YEAR_SQL_GUARDIAN, YEAR_SQL_CONSENT};

		make_school(folder, i);
		for (size_t k = 0; k < sizeof(first) / sizeof(first[0]); k++)
			one(&schools[i], first[k], 0, 0, 0, 0);
		(void)carry(&schools[i], &setup);
	}
	for (int d = 0; d < days; d++) {
		clock_s = START_S + (int64_t)d * 86400;
		for (int i = 0; i < nschools; i++) {
			live(&schools[i], START_DAY + d);
			s[d] += carry(&schools[i], &rows[d]);
		}
	}
	print(s, rows, nschools, days);
	for (int i = 0; i < nschools; i++)
		replica_close(schools[i].r);
	replica_close(hub.r);
	(void)nftw(folder, forget, 16, FTW_DEPTH | FTW_PHYS);
	return EXIT_SUCCESS;
}
