/* A store with the whole schema, and one-line calls of commands and views. */
#ifndef TESTS_DOMAIN_WORLD_H
#define TESTS_DOMAIN_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gen/domain_entries.h"
#include "gen/schema_registry.h"
#include "schema/text.h"
#include "schema/runtime.h"

#define WORLD_SCHOOL UINT64_C(2141018501)
#define WORLD_NOON INT64_C(1599451200) /* 2020-09-07 12:00 in the school, a Monday */

struct world {
	struct store *store;
	struct runtime rt;
	struct domain_user user;
	struct domain_error error;
	int64_t now_s;
	uint64_t epoch;
};

static inline int
world_begin(void *ctx, uint64_t scope, enum lane lane, int64_t staff)
{
	struct world *w = ctx;
	struct store_author author = {
		.node = {{1, 2, 3}}, .epoch = w->epoch, .scope = scope, .lane = (uint8_t)lane,
		.staff = staff, .time_s = w->now_s,
	};

	return store_begin(w->store, &author);
}

static inline void
world_open(struct world *w, uint64_t scope)
{
	struct store_options options = {
		.registry = &schema_registry, .migrations = domain_migrations,
		.functions = text_functions, .create = true,
	};

	*w = (struct world){.now_s = WORLD_NOON, .epoch = 77, .user = {.scope = scope}};
	assert_int_equal(store_open(":memory:", &options, &w->store), STATUS_OK);
	w->rt = (struct runtime){.store = w->store, .scope = scope, .begin = world_begin,
	    .ctx = w};
}

static inline void
world_close(struct world *w)
{
	store_close(w->store);
}

static inline const struct domain_entry *
world_find(const struct domain_entry *entries, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(entries[i].name, name) == 0)
			return &entries[i];
	fail_msg("no command or view %s", name);
	return NULL;
}

static inline int64_t
world_number(json_t *v)
{
	return json_is_string(v) ? strtoll(json_string_value(v), NULL, 10)
	    : json_integer_value(v);
}

/* Whether the list of this name in args has the child. */
static inline bool
world_lists(json_t *args, const char *name, json_t *pupil)
{
	json_t *v;
	size_t i;

	json_array_foreach(json_object_get(args, name), i, v) {
		if (world_number(v) == world_number(pupil))
			return true;
	}
	return false;
}

/* What a page adds to a tap: the children whom it shows.  A call with "blind" goes as it is. */
static inline void
world_as_shown(struct world *w, const char *command, json_t *args)
{
	bool roll = strcmp(command, "rollcall") == 0, group = strcmp(command, "leave.group") == 0;
	const char *list = roll ? "here" : "pupils";
	json_t *asked, *rows = NULL, *shown, *row;
	size_t i;

	if ((!roll && !group) || json_object_del(args, "blind") == 0
	    || json_object_get(args, list))
		return;
	asked = json_copy(args);
	json_object_del(asked, "absent");
	json_object_del(asked, "excused");
	json_object_del(asked, "extra");
	json_object_del(asked, "except");
	json_object_del(asked, "keep");
	if (runtime_show(&w->rt, &w->user, world_find(domain_views, domain_nviews,
	    "rollcall_sheet"), asked, &rows, &w->error) == STATUS_OK) {
		shown = json_array();
		json_array_foreach(rows, i, row) {
			json_t *p = json_object_get(row, "pupil");

			if (roll ? json_integer_value(json_object_get(row, "expected"))
			        && !world_lists(args, "absent", p)
			        && !world_lists(args, "excused", p)
			    : json_integer_value(json_object_get(row, "state")) == 1
			        && json_is_null(json_object_get(row, "left_how"))
			        && !world_lists(args, "except", p))
				json_array_append(shown, p);
		}
		json_object_del(args, "except");
		json_object_set_new(args, list, shown);
	}
	json_decref(rows);
	json_decref(asked);
}

/* Steals args.  Returns the status; *ret_rows may be NULL. */
static inline int
world_try(struct world *w, const char *command, json_t *args, json_t **ret_rows)
{
	json_t *answer = NULL;
	int status;

	world_as_shown(w, command, args);
	status = runtime_do(&w->rt, &w->user,
	    world_find(domain_commands, domain_ncommands, command), NULL, args, &answer,
	    &w->error);

	json_decref(args);
	if (ret_rows)
		*ret_rows = json_incref(json_object_get(answer, "rows"));
	json_decref(answer);
	return status;
}

/* The command succeeds; rows to be released by the caller. */
static inline json_t *
world_rows(struct world *w, const char *command, json_t *args)
{
	json_t *rows = NULL;
	int status = world_try(w, command, args, &rows);

	if (status != STATUS_OK)
		fail_msg("%s: %s %s %s", command, status_name(status), w->error.code,
		    w->error.args[0]);
	return rows;
}

static inline void
world_do(struct world *w, const char *command, json_t *args)
{
	json_decref(world_rows(w, command, args));
}

/* The command succeeds; the number in this column of its first row. */
static inline int64_t
world_id(struct world *w, const char *command, const char *column, json_t *args)
{
	json_t *rows = world_rows(w, command, args);
	json_t *v = json_object_get(json_array_get(rows, 0), column);
	int64_t id;

	assert_non_null(v);
	id = world_number(v);
	json_decref(rows);
	return id;
}

static inline void
world_refused(struct world *w, const char *command, const char *code, json_t *args)
{
	int status = world_try(w, command, args, NULL);

	assert_true(status == STATUS_REFUSED || status == STATUS_USAGE);
	assert_string_equal(w->error.code, code);
	assert_true(w->error.data_safe);
}

static inline json_t *
world_show(struct world *w, const char *view, json_t *args)
{
	json_t *rows = NULL;
	int status = runtime_show(&w->rt, &w->user,
	    world_find(domain_views, domain_nviews, view), args, &rows, &w->error);

	json_decref(args);
	if (status != STATUS_OK)
		fail_msg("%s: %s %s %s: %s", view, status_name(status), w->error.code,
		    w->error.args[0], store_error(w->store));
	return rows;
}

static inline size_t
world_count(struct world *w, const char *view, json_t *args)
{
	json_t *rows = world_show(w, view, args);
	size_t n = json_array_size(rows);

	json_decref(rows);
	return n;
}

/* The record of a child's leaving of an afternoon, as a view names it; the caller releases it. */
static inline json_t *
world_record(struct world *w, const char *day, int64_t pupil)
{
	json_t *rows = world_show(w, "leavings", json_pack("{s:s}", "date", day)), *row;
	json_t *found = NULL;
	size_t i;

	json_array_foreach(rows, i, row) {
		if (world_number(json_object_get(row, "pupil")) == pupil
		    && json_integer_value(json_object_get(row, "slot")) == 2)
			found = json_object_get(row, "record");
	}
	assert_non_null(found);
	json_incref(found);
	json_decref(rows);
	return found;
}

/* That leaving was a mistake. */
static inline void
world_still_here(struct world *w, const char *day, int64_t pupil)
{
	world_do(w, "leave.undo", json_pack("{s:s, s:i, s:I, s:o}", "date", day, "slot", 2,
	    "pupil", (json_int_t)pupil, "record", world_record(w, day, pupil)));
}

/* Rows that another program wrote, as merging puts them down: no rule is asked. */
static inline void
world_merged(struct world *w, const char *sql)
{
	struct store_stmt *st;
	bool row;

	assert_int_equal(store_begin_merge(w->store), STATUS_OK);
	if (store_prepare(w->store, sql, &st, NULL) != STATUS_OK ||
	    store_step(st, &row) != STATUS_OK)
		fail_msg("%s: %s", sql, store_error(w->store));
	store_reset(st);
	assert_int_equal(store_commit_merge(w->store), STATUS_OK);
}

/* How many rows of a violations view, with arguments, say what.  Steals args. */
static inline size_t
world_said(struct world *w, const char *view, const char *what, json_t *args)
{
	json_t *rows = world_show(w, view, args), *row;
	size_t i, n = 0;

	json_array_foreach(rows, i, row) {
		if (strcmp(json_string_value(json_object_get(row, "what")), what) == 0)
			n++;
	}
	json_decref(rows);
	return n;
}

static inline size_t
world_violations(struct world *w, const char *view, const char *what)
{
	return world_said(w, view, what, NULL);
}

#endif
