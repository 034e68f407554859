/* Prints the ten slowest views of a school with five years of days, and of a county.
 * usage: bench_views [COUNTY_DAYS]; the county's 170 schools hold one day unless a
 * number is given: a year is 200 and takes gigabytes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gen/bench_views_sql.h"
#include "gen/domain_entries.h"
#include "gen/schema_registry.h"
#include "schema/text.h"
#include "schema/runtime.h"

#define SCHOOL UINT64_C(2141018001)
#define ROUNDS 3
#define SLOW_MS 300 /* measured once */
#define SHOWN 10

struct timing {
	const char *name;
	double ms, first_ms; /* first: before anything is kept of each school */
	char code[64];       /* why it was refused */
	size_t rows;
};

static void
must(int status, const char *what)
{
	if (status != STATUS_OK) {
		fprintf(stderr, "bench_views: %s: %s\n", what, status_name(status));
		exit(EXIT_FAILURE);
	}
}

static double
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int
begin(void *ctx, uint64_t scope, enum lane lane, int64_t staff)
{
	struct runtime *rt = ctx;
	struct store_author author = {.node = {{1}}, .epoch = 7, .scope = scope,
	    .lane = (uint8_t)lane, .staff = staff, .time_s = 1600000000};

	return store_begin(rt->store, &author);
}

static void
fill(struct store *s, int schools, int days)
{
	static const char *const steps[] = { VIEWS_SQL_POLICY, VIEWS_SQL_WINDOW,
	    VIEWS_SQL_NOTICE, VIEWS_SQL_SITE, VIEWS_SQL_STAFF, VIEWS_SQL_PUPIL,
	    VIEWS_SQL_ENROLMENT, VIEWS_SQL_LEFT, VIEWS_SQL_GUARDIAN, VIEWS_SQL_CONSENT,
	    VIEWS_SQL_SESSION, VIEWS_SQL_ATTENDANCE, VIEWS_SQL_LEAVING, VIEWS_SQL_CLOSING };

	must(store_begin_merge(s), "begin");
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct store_stmt *st;
		bool row;

		must(store_prepare(s, steps[i], &st, NULL), steps[i]);
		must(store_bind(st, "schools", value_int(schools)), "bind");
		must(store_bind(st, "days", value_int(days)), "bind");
		must(store_step(st, &row), steps[i]);
		store_reset(st);
	}
	must(store_commit_merge(s), "commit");
}

/* Something plausible for each parameter that a view must have. */
static json_t *
arguments(const struct domain_entry *e)
{
	json_t *args = json_object();

	for (size_t i = 0; i < e->nparams; i++) {
		const struct domain_param *p = &e->params[i];
		bool from = strcmp(p->name, "from_on") == 0;
		json_t *v = NULL;

		if (p->type == 'd')
			v = json_string(from ? "2020-09-01" : "2020-09-30");
		else if (strcmp(p->name, "month") == 0)
			v = json_integer(202009);
		else if (strcmp(p->name, "school_year") == 0 || strcmp(p->name, "year") == 0)
			v = json_integer(2020);
		else if (strcmp(p->name, "slot") == 0)
			v = json_integer(2);
		else if (!p->optional)
			v = json_integer(1);
		if (v != NULL)
			json_object_set_new(args, p->name, v);
	}
	return args;
}

static int
slower(const void *a, const void *b)
{
	double x = ((const struct timing *)a)->ms, y = ((const struct timing *)b)->ms;

	return (x < y) - (x > y);
}

static int
slower_at_first(const void *a, const void *b)
{
	double x = ((const struct timing *)a)->first_ms, y = ((const struct timing *)b)->first_ms;

	return (x < y) - (x > y);
}

static struct timing
measure(const struct runtime *rt, const struct domain_entry *e)
{
	struct domain_user user = {.staff = 1, .roles = 63,
	    .scope = e->ask ? SCHOOL : rt->scope};
	struct timing t = {.name = e->name, .ms = -1, .first_ms = -1};

	for (int i = 0; i < ROUNDS && (t.ms < SLOW_MS || e->each || e->over); i++) {
		json_t *args = arguments(e), *rows = NULL;
		struct domain_error error;
		double at = now_ms(), ms;
		int status = runtime_show(rt, &user, e, args, &rows, &error);

		ms = now_ms() - at;
		if (i == 0)
			t.first_ms = ms;
		if (status != STATUS_OK)
			snprintf(t.code, sizeof(t.code), "%s", error.code);
		if (status == STATUS_OK && (t.ms < 0 || ms < t.ms))
			t.ms = ms;
		t.rows = json_array_size(rows);
		json_decref(rows);
		json_decref(args);
	}
	return t;
}

static void
run(const char *what, uint64_t scope, int schools, int days, double goal_ms)
{
	struct store_options options = {.registry = &schema_registry,
	    .migrations = domain_migrations, .functions = text_functions, .create = true};
	struct runtime rt = {.scope = scope, .begin = begin};
	struct timing *t = calloc(domain_nviews, sizeof(*t));
	size_t missed = 0, missed_first = 0, refused = 0;

	rt.ctx = &rt;
	must(t == NULL ? STATUS_NOMEM : store_open(":memory:", &options, &rt.store), "open");
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	fill(rt.store, schools, days);
	for (size_t i = 0; i < domain_nviews; i++) {
		t[i] = measure(&rt, &domain_views[i]);
		missed += t[i].ms > goal_ms;
		missed_first += t[i].first_ms > goal_ms;
		refused += t[i].ms < 0;
	}
	qsort(t, domain_nviews, sizeof(*t), slower);
	for (size_t i = 0; i < domain_nviews; i++)
		if (t[i].ms < 0)
			printf("  %s: not measured, %s\n", t[i].name, t[i].code);
	printf("%s: %zu views, %zu over %.0f ms, %zu not measured; in memory, CPU of one core, best of %d\n",
	    what, domain_nviews, missed, goal_ms, refused, ROUNDS);
	for (size_t i = 0; i < SHOWN && i < domain_nviews; i++)
		printf("  %-20s %9.2f ms, at first %9.2f ms %7zu rows\n", t[i].name, t[i].ms,
		    t[i].first_ms, t[i].rows);
	qsort(t, domain_nviews, sizeof(*t), slower_at_first);
	printf("%s: %zu over %.0f ms when nothing of it is kept yet, the slowest:", what,
	    missed_first, goal_ms);
	for (size_t i = 0; i < SHOWN / 2; i++)
		printf(" %s %.0f", t[i].name, t[i].first_ms);
	printf("\n");
	store_close(rt.store);
	free(t);
}

int
main(int argc, char **argv)
{
	int days = argc > 1 ? atoi(argv[1]) : 1;

	run("a school, 250 children, 1,000 days", SCHOOL, 1, 1000, 20);
	printf("a county of %d days\n", days);
	run("a county, 170 schools of 250", 0, 170, days, 200);
	return 0;
}
