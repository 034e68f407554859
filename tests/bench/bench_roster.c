/* A roster of 20,000 children: as new, once more, exported, taken back.  The floor to
 * keep: each within 2 s of one core. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gen/domain_entries.h"
#include "gen/schema_registry.h"
#include "schema/roster_export.h"
#include "schema/roster_plan.h"

#define CHILDREN 20000
#define YEAR 2020

static struct store *store;
static const struct domain_user user = {.scope = UINT64_C(2141018501)};

static int
begin(void *ctx, uint64_t scope, enum lane lane, int64_t staff)
{
	const struct store_author author = {.node = {{1, 2, 3}}, .epoch = 77, .scope = scope,
	    .lane = (uint8_t)lane, .staff = staff, .time_s = 1599451200};

	(void)ctx;
	return store_begin(store, &author);
}

static const struct runtime *
runtime(void)
{
	static struct runtime rt;

	rt = (struct runtime){.store = store, .scope = user.scope, .begin = begin};
	return &rt;
}

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
list(struct buffer *out)
{
	char line[256];

	buffer_put(out, "姓名,性别,年级,班级,出生日期,监护人,电话\n",
	    strlen("姓名,性别,年级,班级,出生日期,监护人,电话\n"));
	for (int i = 0; i < CHILDREN; i++) {
		int n = snprintf(line, sizeof(line), "甲%d,%s,%d,%d,2014-%02d-%02d,乙%d,139%08d\n",
		    i, i % 2 ? "男" : "女", 1 + i % 6, 1 + i / 6 % 60, 1 + i % 12,
		    1 + i % 28, i, i);

		buffer_put(out, line, (size_t)n);
	}
	assert(buffer_status(out) == STATUS_OK);
}

static void
import(const char *what, const struct buffer *file, unsigned fresh, unsigned unchanged)
{
	const struct roster_plan_input in = {.data = file->data, .len = file->len,
	    .school_year = YEAR};
	struct roster_import_result n;
	struct domain_error error;
	double start = seconds();
	int status = roster_plan_run(runtime(), &user, &in, &n, &error);

	if (status != STATUS_OK || n.fresh != fresh || n.unchanged != unchanged) {
		fprintf(stderr, "%s: %s %s, %u new, %u unchanged\n", what, status_name(status),
		    error.code, n.fresh, n.unchanged);
		exit(1);
	}
	printf("%-40s %6.2f s\n", what, seconds() - start);
}

int
main(void)
{
	const struct store_options options = {
		.registry = &schema_registry, .migrations = domain_migrations, .create = true,
	};
	struct buffer csv = BUFFER_INIT, xlsx = BUFFER_INIT;
	struct domain_error error;
	json_t *answer = NULL;
	double start;
	int status = store_open(":memory:", &options, &store);

	assert(status == STATUS_OK);
	printf("roster of %d children, CPU\n", CHILDREN);
	list(&csv);
	import("CSV, all new", &csv, CHILDREN, 0);
	import("CSV, nothing new", &csv, 0, CHILDREN);
	start = seconds();
	status = roster_export_run(runtime(), &user, YEAR, &xlsx, NULL, &error);
	assert(status == STATUS_OK);
	printf("%-40s %6.2f s, %zu bytes\n", "export", seconds() - start, xlsx.len);
	import("its .xlsx, nothing new", &xlsx, 0, CHILDREN);
	start = seconds();
	status = runtime_do(runtime(), &user, domain_command("roster.undo"), NULL, NULL, &answer,
	    &error);
	if (status != STATUS_OK)
		fprintf(stderr, "undo: %s %s\n", error.code, store_error(store));
	assert(status == STATUS_OK);
	printf("%-40s %6.2f s\n", "undo", seconds() - start);
	json_decref(answer);
	import("the .xlsx, all new", &xlsx, CHILDREN, 0);
	buffer_release(&csv);
	buffer_release(&xlsx);
	store_close(store);
	return 0;
}
