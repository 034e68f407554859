#include "schema/runtime.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/domain_entries.h"
#include "schema/runtime_sql.h"
#include "schema/summary.h"

#define ALL_ROLES 63u

static void
copy_arg(char out[128], const char *in, size_t len)
{
	size_t n = len < 127 ? len : 127;

	/* Never half a character. */
	while (n < len && n > 0 && ((unsigned char)in[n] & 0xc0) == 0x80)
		n--;
	memcpy(out, in, n);
	out[n] = '\0';
}

void
runtime_error(struct domain_error *error, const char *code, const char *arg1,
    const char *arg2)
{
	size_t n = strlen(code);

	*error = (struct domain_error){.data_safe = true};
	if (n > sizeof(error->code) - 1)
		n = sizeof(error->code) - 1;
	memcpy(error->code, code, n);
	if (arg1)
		copy_arg(error->args[0], arg1, strlen(arg1));
	if (arg2)
		copy_arg(error->args[1], arg2, strlen(arg2));
}

/* refuse() joins code and arguments with a unit separator. */
static void
refusal_error(struct domain_error *error, const char *text)
{
	size_t n = strcspn(text, "\x1f"), arg = 0;

	*error = (struct domain_error){.data_safe = true};
	memcpy(error->code, text, n < sizeof(error->code) ? n : sizeof(error->code) - 1);
	for (text += n; *text != '\0' && arg < 4; text += n, arg++) {
		text++;
		n = strcspn(text, "\x1f");
		copy_arg(error->args[arg], text, n);
	}
}

int
runtime_fail(const struct runtime *rt, int status, struct domain_error *error)
{
	const char *refusal = store_refusal(rt->store);

	if (status == STATUS_REFUSED && refusal && refusal[0] != '\0')
		refusal_error(error, refusal);
	else
		runtime_error(error, status_name(status), NULL, NULL);
	return status;
}

static int
usage(struct domain_error *error, const char *code, const char *arg1, const char *arg2)
{
	runtime_error(error, code, arg1, arg2);
	return STATUS_USAGE;
}

/* ---- values ---- */

static bool
two_digits(const char *p, int64_t *ret)
{
	if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9')
		return false;
	*ret = (p[0] - '0') * 10 + (p[1] - '0');
	return true;
}

bool
runtime_parse_date(const char *text, int64_t *ret_day)
{
	static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int64_t hi, lo, month, day, year, n;
	bool leap;

	if (strlen(text) != 10 || text[4] != '-' || text[7] != '-'
	    || !two_digits(text, &hi) || !two_digits(text + 2, &lo)
	    || !two_digits(text + 5, &month) || !two_digits(text + 8, &day))
		return false;
	year = hi * 100 + lo;
	if (year < 2000 || year > 2199 || month < 1 || month > 12 || day < 1)
		return false;
	leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	if (day > days[month - 1] + (month == 2 && leap ? 1 : 0))
		return false;
	n = 0;
	for (int64_t y = 2000; y < year; y++)
		n += y % 4 == 0 && (y % 100 != 0 || y % 400 == 0) ? 366 : 365;
	for (int64_t m = 1; m < month; m++)
		n += days[m - 1] + (m == 2 && leap ? 1 : 0);
	*ret_day = n + day - 1;
	return true;
}

static bool
parse_integer(const char *text, int64_t *ret)
{
	char *end;
	long long v;

	if (text[0] == '\0' || strlen(text) > 20)
		return false;
	errno = 0;
	v = strtoll(text, &end, 10);
	if (errno || *end != '\0' || text[0] == ' ' || text[0] == '+')
		return false;
	*ret = v;
	return true;
}

static bool
parse_minutes(const char *text, int64_t *ret)
{
	int64_t h, m;

	if (strlen(text) != 5 || text[2] != ':' || !two_digits(text, &h)
	    || !two_digits(text + 3, &m) || h > 23 || m > 59)
		return false;
	*ret = h * 60 + m;
	return true;
}

/* A JSON parameter given as text: JSON itself, or ids with commas. */
static json_t *
json_of_text(const char *text)
{
	json_t *list;

	if (text[0] == '[' || text[0] == '{')
		return json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	list = json_array();
	while (list && *text != '\0') {
		size_t n = strcspn(text, ",");

		if (n > 0 && json_array_append_new(list, json_stringn(text, n)) < 0) {
			json_decref(list);
			return NULL;
		}
		text += n + (text[n] == ',' ? 1 : 0);
	}
	return list;
}

static bool
value_of_json_param(struct runtime_sql_binds *b, json_t *arg, struct value *ret)
{
	json_t *parsed = NULL;
	char *text = NULL;
	size_t len;

	if (json_is_string(arg)) {
		if (json_string_length(arg) > RUNTIME_MAX_JSON_BYTES)
			return false;
		parsed = json_of_text(json_string_value(arg));
	} else if (json_is_array(arg) || json_is_object(arg)) {
		parsed = json_incref(arg);
	}
	if (parsed)
		text = json_dumps(parsed, JSON_COMPACT);
	json_decref(parsed);
	len = text ? strlen(text) : 0;
	if (!text || len > RUNTIME_MAX_JSON_BYTES) {
		free(text);
		return false;
	}
	b->owned[b->nowned++] = text;
	*ret = value_text(text, len);
	return true;
}

static bool
value_of_text_param(json_t *arg, struct value *ret)
{
	const char *text = json_string_value(arg);
	size_t len = json_string_length(arg);

	if (!text || len > RUNTIME_MAX_TEXT_BYTES
	    || !value_utf8_valid((const uint8_t *)text, len))
		return false;
	*ret = value_text(text, len);
	return true;
}

/* Integers of all kinds: as JSON integers, or as text (command line, long ids). */
static bool
value_of_integer_param(char type, json_t *arg, struct value *ret)
{
	const char *text = json_string_value(arg);
	int64_t i;
	bool ok;

	if (text && strlen(text) != json_string_length(arg))
		return false;
	if (json_is_integer(arg) && type != 'd') {
		i = json_integer_value(arg);
		ok = type != 'm' || (i >= 0 && i < 1440);
	} else if (json_is_boolean(arg) && type == 'b') {
		i = json_is_true(arg);
		ok = true;
	} else if (!text) {
		return false;
	} else if (type == 'd') {
		ok = runtime_parse_date(text, &i);
	} else if (type == 'm') {
		ok = parse_minutes(text, &i);
	} else {
		ok = parse_integer(text, &i);
	}
	if (!ok || (type == 'b' && i != 0 && i != 1))
		return false;
	*ret = value_int(i);
	return true;
}

static bool
value_of_param(struct runtime_sql_binds *b, char type, json_t *arg, struct value *ret)
{
	if (json_is_null(arg)) {
		*ret = value_null();
		return true;
	}
	if (type == 'j')
		return value_of_json_param(b, arg, ret);
	if (type == 't')
		return value_of_text_param(arg, ret);
	return value_of_integer_param(type, arg, ret);
}

static const struct domain_param *
find_param(const struct domain_entry *e, const char *name)
{
	for (size_t i = 0; i < e->nparams; i++)
		if (strcmp(e->params[i].name, name) == 0)
			return &e->params[i];
	return NULL;
}

static int
bind_params(const struct domain_entry *e, json_t *args, struct runtime_sql_binds *b,
    struct domain_error *ret_error)
{
	const char *name;
	json_t *arg;

	if (args && !json_is_object(args))
		return usage(ret_error, "USAGE.arguments", NULL, NULL);
	json_object_foreach(args, name, arg) {
		if (strcmp(name, "school") != 0 && !find_param(e, name))
			return usage(ret_error, "USAGE.parameter_unknown", name, NULL);
	}
	for (size_t i = 0; i < e->nparams; i++) {
		const struct domain_param *p = &e->params[i];
		struct value v = value_null();

		arg = json_object_get(args, p->name);
		if (arg && !value_of_param(b, p->type, arg, &v))
			return usage(ret_error, "USAGE.parameter_value", p->name,
			    json_string_value(arg));
		if (v.type == VALUE_NULL && !p->optional)
			return usage(ret_error, "USAGE.parameter_missing", p->name, NULL);
		runtime_sql_bind(b, p->name, v);
	}
	return STATUS_OK;
}

static const char *
number_text(json_int_t v, char ret[24])
{
	(void)snprintf(ret, 24, "%lld", (long long)v);
	return ret;
}

/* The school that a call is about: this node's; at a hub the one it names. */
static int
school_of(const struct runtime *rt, const struct domain_user *user, json_t *args,
    uint64_t *ret, struct domain_error *ret_error)
{
	json_t *arg = json_object_get(args, "school");
	uint64_t school = rt->scope ? rt->scope : user->scope;
	char text[24];
	struct value v;

	if (arg && !json_is_null(arg)) {
		if (!value_of_integer_param('i', arg, &v) || v.i < 0
		    || v.i > INT64_C(9999999999)
		    || (rt->scope && (uint64_t)v.i != rt->scope))
			return usage(ret_error, "USAGE.parameter_value", "school",
			    json_is_string(arg) ? json_string_value(arg) :
			    number_text(json_integer_value(arg), text));
		school = (uint64_t)v.i;
	}
	*ret = school;
	return STATUS_OK;
}

/* ---- who ---- */

int
runtime_allow(const struct runtime *rt, const struct domain_user *user, unsigned roles,
    unsigned *ret_roles, struct domain_error *ret_error)
{
	int64_t count;
	int status;

	if (user->staff != 0) {
		*ret_roles = user->roles;
		if ((user->roles & roles) == 0)
			return usage(ret_error, "USAGE.role", NULL, NULL);
		return STATUS_OK;
	}
	status = runtime_sql_integer(rt->store, domain_sql_staff_count, rt->scope, &count);
	if (status != STATUS_OK)
		return runtime_fail(rt, status, ret_error);
	if (count > 0)
		return usage(ret_error, "USAGE.sign_in", NULL, NULL);
	*ret_roles = ALL_ROLES;
	return STATUS_OK;
}

int
runtime_sign_in(const struct runtime *rt, const char *staff, const char *pin,
    struct domain_user *ret)
{
	struct domain_user user = {.scope = rt->scope};
	struct store_stmt *st;
	const char *tail;
	int status, found = 0, right = 0;
	bool row;

	if (strlen(staff) > RUNTIME_MAX_TEXT_BYTES || strlen(pin) > 128)
		return STATUS_USAGE;
	status = store_prepare(rt->store, domain_sql_sign_in, &st, &tail);
	if (status != STATUS_OK)
		return status;
	status = store_bind(st, "school", value_int((int64_t)rt->scope));
	if (status == STATUS_OK)
		status = store_bind(st, "name", value_text(staff, strlen(staff)));
	if (status == STATUS_OK)
		status = store_bind(st, "pin", value_text(pin, strlen(pin)));
	while (status == STATUS_OK) {
		status = store_step(st, &row);
		if (status != STATUS_OK || !row)
			break;
		found++;
		if (store_column(st, 2).i != 1 || right > 0)
			continue;
		right++;
		user.staff = store_column(st, 0).i;
		user.roles = (unsigned)store_column(st, 1).i;
	}
	store_reset(st);
	if (status != STATUS_OK)
		return status;
	if (right == 0)
		return found ? STATUS_PASSPHRASE : STATUS_NOT_FOUND;
	*ret = user;
	return STATUS_OK;
}

int
runtime_user_now(const struct runtime *rt, int64_t staff, struct domain_user *ret,
    char ret_name[DOMAIN_NAME_BYTES])
{
	struct store_stmt *st;
	const char *tail;
	bool row = false;
	int status = store_prepare(rt->store, domain_sql_staff_now, &st, &tail);

	if (status != STATUS_OK)
		return status;
	status = store_bind(st, "school", value_int((int64_t)rt->scope));
	if (status == STATUS_OK)
		status = store_bind(st, "staff", value_int(staff));
	if (status == STATUS_OK)
		status = store_step(st, &row);
	if (status == STATUS_OK && !row)
		status = STATUS_NOT_FOUND;
	if (status == STATUS_OK) {
		struct value name = store_column(st, 1);

		*ret = (struct domain_user){.staff = staff, .scope = rt->scope,
		    .roles = (unsigned)store_column(st, 0).i};
		if (ret_name)
			copy_arg(ret_name, name.type == VALUE_TEXT ? (const char *)name.p : "",
			    name.type == VALUE_TEXT ? name.len : 0);
	}
	store_reset(st);
	return status;
}

int
runtime_has_staff(const struct runtime *rt, bool *ret)
{
	int64_t count;
	int status = runtime_sql_integer(rt->store, domain_sql_staff_count, rt->scope, &count);

	if (status == STATUS_OK)
		*ret = count > 0;
	return status;
}

/* ---- commands ---- */

/* The first answer to this request, or NULL. */
static int
known_answer(const struct runtime *rt, const char *command, const char *request_id,
    json_t **ret, struct domain_error *ret_error)
{
	struct buffer b = BUFFER_INIT;
	int status = store_answer_get(rt->store, RUNTIME_ANSWERS, request_id, &b);
	json_t *saved;

	*ret = NULL;
	if (status == STATUS_NOT_FOUND) {
		buffer_release(&b);
		return STATUS_OK;
	}
	if (status != STATUS_OK) {
		buffer_release(&b);
		return runtime_fail(rt, status, ret_error);
	}
	if (b.len == 0) { /* it told of somebody who was erased since */
		*ret = json_pack("{s:i, s:[]}", "changed", 0, "rows");
		return *ret ? STATUS_OK : runtime_fail(rt, STATUS_NOMEM, ret_error);
	}
	saved = json_loadb((const char *)b.data, b.len, 0, NULL);
	buffer_release(&b);
	if (!saved)
		return runtime_fail(rt, STATUS_CORRUPT, ret_error);
	if (strcmp(json_string_value(json_object_get(saved, "command")), command) != 0) {
		json_decref(saved);
		return usage(ret_error, "USAGE.request_id", request_id, NULL);
	}
	*ret = json_pack("{s:i, s:O}", "changed", 0, "rows", json_object_get(saved, "rows"));
	json_decref(saved);
	return *ret ? STATUS_OK : runtime_fail(rt, STATUS_NOMEM, ret_error);
}

static int
save_answer(struct store *s, const char *command, const char *request_id, json_t *rows)
{
	json_t *saved = json_pack("{s:s, s:O}", "command", command, "rows", rows);
	char *text = saved ? json_dumps(saved, JSON_COMPACT) : NULL;
	int status = text ? store_answer_put(s, RUNTIME_ANSWERS, request_id, text, strlen(text))
	    : STATUS_NOMEM;

	free(text);
	json_decref(saved);
	return status;
}

/* Inside the transaction: statements, answer.  ret_seq: 0 nothing changed. */
static int
run_command(const struct runtime *rt, const struct domain_entry *e, struct runtime_sql_binds *b,
    const char *request_id, json_t *rows, uint64_t *ret_seq, struct domain_error *ret_error)
{
	int64_t id = 0;
	int status = STATUS_OK;

	if (strstr(e->sql, ":new_id"))
		status = runtime_sql_integer(rt->store, domain_sql_new_id, rt->scope, &id);
	runtime_sql_bind(b, "new_id", value_int(id));
	if (status == STATUS_OK)
		status = runtime_sql_run(rt->store, e->sql, b, false, rows);
	if (status == STATUS_OK && request_id)
		status = save_answer(rt->store, e->name, request_id, rows);
	if (status != STATUS_OK) {
		/* The store forgets the refusal with its next statement. */
		runtime_fail(rt, status, ret_error);
		store_rollback(rt->store);
		return status;
	}
	status = store_commit(rt->store, ret_seq);
	return status == STATUS_OK ? status : runtime_fail(rt, status, ret_error);
}

static int
begin_and_run(const struct runtime *rt, const struct domain_user *user,
    const struct domain_entry *e, uint64_t scope, struct runtime_sql_binds *b, const char *request_id,
    json_t **ret_answer, struct domain_error *ret_error)
{
	json_t *rows = json_array();
	uint64_t seq = 0;
	int status = rows ? STATUS_OK : STATUS_NOMEM;

	if (status == STATUS_OK)
		status = rt->begin(rt->ctx, scope, e->urgent ? LANE_URGENT : LANE_ORDINARY,
		    user->staff);
	if (status != STATUS_OK) {
		json_decref(rows);
		return runtime_fail(rt, status, ret_error);
	}
	status = run_command(rt, e, b, request_id, rows, &seq, ret_error);
	if (status == STATUS_OK)
		*ret_answer = json_pack("{s:I, s:o}", "changed", (json_int_t)seq, "rows",
		    json_incref(rows));
	if (status == STATUS_OK && *ret_answer && store_emptied(rt->store))
		(void)json_object_set_new(*ret_answer, "emptied", json_true());
	json_decref(rows);
	if (status == STATUS_OK && !*ret_answer)
		return runtime_fail(rt, STATUS_NOMEM, ret_error);
	return status;
}

static void
bind_own(const struct runtime *rt, struct runtime_sql_binds *b, const struct domain_user *user,
    unsigned roles, struct value school)
{
	runtime_sql_bind(b, "hub", value_int(rt->scope == 0));
	runtime_sql_bind(b, "school", school);
	runtime_sql_bind(b, "staff", user->staff ? value_int(user->staff) : value_null());
	runtime_sql_bind(b, "user_roles", value_int(roles));
}

int
runtime_do(const struct runtime *rt, const struct domain_user *user,
    const struct domain_entry *command, const char *request_id, json_t *args,
    json_t **ret_answer, struct domain_error *ret_error)
{
	struct runtime_sql_binds b = {.n = 0};
	uint64_t scope = 0;
	unsigned roles = 0;
	int status = runtime_allow(rt, user, command->roles, &roles, ret_error);

	if (status == STATUS_OK && request_id && (request_id[0] == '\0'
	    || strlen(request_id) > RUNTIME_MAX_REQUEST_ID_BYTES))
		status = usage(ret_error, "USAGE.request_id", request_id, NULL);
	if (status == STATUS_OK && !command->county)
		status = school_of(rt, user, args, &scope, ret_error);
	if (status == STATUS_OK && command->county && rt->scope)
		status = usage(ret_error, "USAGE.county_only", command->name, NULL);
	if (status == STATUS_OK && !command->county && scope == 0)
		status = usage(ret_error, "USAGE.parameter_missing", "school", NULL);
	if (status == STATUS_OK)
		status = bind_params(command, args, &b, ret_error);
	if (status == STATUS_OK && request_id) {
		json_t *known = NULL;

		status = known_answer(rt, command->name, request_id, &known, ret_error);
		if (known) {
			runtime_sql_release(&b);
			*ret_answer = known;
			return STATUS_OK;
		}
	}
	if (status == STATUS_OK) {
		bind_own(rt, &b, user, roles, value_int((int64_t)scope));
		status = begin_and_run(rt, user, command, scope, &b, request_id, ret_answer,
		    ret_error);
	}
	runtime_sql_release(&b);
	return status;
}

int
runtime_idle(const struct runtime *rt, const struct domain_entry *command, uint64_t school)
{
	const struct domain_user nobody = {.staff = 0};
	struct runtime_sql_binds b = {.n = 0};
	struct domain_error error;
	json_t *answer = NULL;
	int status = bind_params(command, NULL, &b, &error);

	if (status == STATUS_OK) {
		bind_own(rt, &b, &nobody, 0, value_int((int64_t)school));
		status = begin_and_run(rt, &nobody, command, school, &b, NULL, &answer, &error);
	}
	json_decref(answer);
	runtime_sql_release(&b);
	return status;
}

/* Rows of a view: out of those of each school where it says so. */
static int
view_rows(const struct runtime *rt, const struct domain_entry *view,
    struct runtime_sql_binds *b, uint64_t school, json_t *rows)
{
	int status = STATUS_OK;

	if (view->over) {
		json_t *over = json_array();
		char *text = NULL;

		status = over ? summary_rows(rt->store, domain_view(view->over), b, school, over)
		              : STATUS_NOMEM;
		if (status == STATUS_OK)
			text = json_dumps(over, JSON_COMPACT);
		json_decref(over);
		if (status == STATUS_OK && !text)
			status = STATUS_NOMEM;
		if (status != STATUS_OK)
			return status;
		b->owned[b->nowned++] = text;
		runtime_sql_bind(b, "over", value_text(text, strlen(text)));
	}
	if (view->each && school == 0)
		return summary_rows(rt->store, view, b, school, rows);
	return runtime_sql_run(rt->store, view->sql, b, true, rows);
}

int
runtime_note(const struct runtime *rt, int64_t staff, const struct runtime_access *access)
{
	struct runtime_sql_binds note = {.n = 0};
	json_t *none = json_array();
	uint64_t seq;
	int status = none ? STATUS_OK : STATUS_NOMEM;

	if (status == STATUS_OK)
		status = rt->begin(rt->ctx, rt->scope, LANE_ORDINARY, staff);
	if (status != STATUS_OK) {
		json_decref(none);
		return status;
	}
	runtime_sql_bind(&note, "staff", staff ? value_int(staff) : value_null());
	runtime_sql_bind(&note, "school", access->school);
	runtime_sql_bind(&note, "view", value_text(access->view, strlen(access->view)));
	runtime_sql_bind(&note, "fields", value_text(access->fields, strlen(access->fields)));
	runtime_sql_bind(&note, "pupil", access->pupil);
	runtime_sql_bind(&note, "rows", value_int((int64_t)access->rows));
	status = runtime_sql_run(rt->store, domain_sql_access_note, &note, false, none);
	json_decref(none);
	if (status == STATUS_OK)
		return store_commit(rt->store, &seq);
	store_rollback(rt->store);
	return status;
}

static int
note_view(const struct runtime *rt, const struct domain_user *user,
    const struct domain_entry *view, const struct runtime_sql_binds *b, size_t nrows)
{
	struct runtime_access access = {.view = view->name, .fields = view->sensitive,
		.school = value_null(), .pupil = value_null(), .rows = nrows};

	for (size_t i = 0; i < b->n; i++)
		if (strcmp(b->names[i], "school") == 0)
			access.school = b->values[i];
		else if (strcmp(b->names[i], "pupil") == 0)
			access.pupil = b->values[i];
	return runtime_note(rt, user->staff, &access);
}

int
runtime_show(const struct runtime *rt, const struct domain_user *user,
    const struct domain_entry *view, json_t *args, json_t **ret_rows,
    struct domain_error *ret_error)
{
	bool more;

	return runtime_show_more(rt, user, view, args, ret_rows, &more, ret_error);
}

int
runtime_show_more(const struct runtime *rt, const struct domain_user *user,
    const struct domain_entry *view, json_t *args, json_t **ret_rows, bool *ret_more,
    struct domain_error *ret_error)
{
	struct runtime_sql_binds b = {.n = 0};
	json_t *rows = NULL;
	uint64_t school = 0;
	unsigned roles = 0;
	int status = runtime_allow(rt, user, view->roles, &roles, ret_error);

	if (status == STATUS_OK)
		status = school_of(rt, user, args, &school, ret_error);
	if (status == STATUS_OK)
		status = bind_params(view, args, &b, ret_error);
	if (status == STATUS_OK) {
		bind_own(rt, &b, user, roles, school ? value_int((int64_t)school) : value_null());
		rows = json_array();
		status = rows ? view_rows(rt, view, &b, school, rows) : STATUS_NOMEM;
		*ret_more = view->most > 0 && json_array_size(rows) > view->most;
		if (*ret_more)
			json_array_remove(rows, view->most);
		if (status == STATUS_OK && view->sensitive && json_array_size(rows) > 0)
			status = note_view(rt, user, view, &b, json_array_size(rows));
		if (status != STATUS_OK)
			status = runtime_fail(rt, status, ret_error);
	}
	runtime_sql_release(&b);
	if (status != STATUS_OK) {
		json_decref(rows);
		return status;
	}
	*ret_rows = rows;
	return STATUS_OK;
}
