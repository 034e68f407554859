/* Views, commands and what there is of them. */
#include "node/api_internal.h"

#include <stdlib.h>
#include <string.h>

#include "schema/timeline.h"

static void
view(struct api_call *call, struct replica *r, int status)
{
	struct domain_error error = { .code = "" };
	json_t *rows = NULL;
	bool more;

	status = domain_show_more(r, &call->user, call->name, call->args, &rows, &more, &error);
	if (status != STATUS_OK)
		api_fail_domain(call, status, &error);
	else
		api_json(call, 200, json_pack("{s:o, s:b}", "rows", rows, "more", more), NULL);
}

/* Who changes the own PIN stays signed in; all other sessions of that PIN end. */
static void
keep_session(struct api_call *call, struct replica *r)
{
	uint8_t mark[PIN_MARK_BYTES];

	if (call->user.staff != 0 && pin_mark(r, call->user.staff, mark) == STATUS_OK &&
	    memcmp(mark, call->mark, sizeof mark) != 0)
		auth_remark(call->api->auth, call->cookie, mark);
}

static void
command(struct api_call *call, struct replica *r, int status)
{
	struct domain_error error = { .code = "" };
	json_t *answer = NULL, *args = json_object_get(call->args, "args");
	json_t *request = json_object_get(call->args, "request_id");
	const char *pin = json_string_value(json_object_get(args, "pin"));

	if ((request != NULL && !json_is_string(request) && !json_is_null(request)) ||
	    (args != NULL && !json_is_object(args))) {
		api_refuse(call, 400, "USAGE.arguments", NULL, 0);
		return;
	}
	/* A PIN that is set is hashed while others' taps go on. */
	if (pin != NULL && strlen(pin) <= PIN_MAX_BYTES && call->pin_hash == NULL) {
		api_people_hash_pin(call, pin);
		return;
	}
	pin_known(r, call->pin_hash != NULL ? pin : NULL, call->pin_hash);
	status = domain_do_seen(r, &call->user, call->name, json_string_value(request),
	    json_string_value(json_object_get(call->args, "base")), args, &answer, &error);
	pin_known(r, NULL, NULL);
	if (status != STATUS_OK) {
		api_fail_domain(call, status, &error);
		return;
	}
	if (strcmp(call->name, "pupil.erase") == 0 || strcmp(call->name, "staff.erase") == 0)
		api_roster_forget(call->api, INT64_MAX);
	if (call->api->link != NULL && domain_command(call->name) != NULL &&
	    domain_command(call->name)->urgent)
		link_urgent(call->api->link);
	keep_session(call, r);
	json_object_set_new(answer, "life", api_state_life(r));
	json_object_set_new(answer, "now_ms", json_integer(api_state_now_ms()));
	api_json(call, 200, answer, NULL);
}

static void
timeline(struct api_call *call, struct replica *r, int status)
{
	const char *pupil = json_string_value(json_object_get(call->args, "pupil"));
	struct domain_error error = { .code = "" };
	json_t *rows = NULL;
	bool more;

	if (pupil == NULL) {
		api_refuse(call, 400, "USAGE.arguments", NULL, 0);
		return;
	}
	status = timeline_rows(r, &call->user, strtoll(pupil, NULL, 10), &rows, &more, &error);
	if (status != STATUS_OK)
		api_fail_domain(call, status, &error);
	else
		api_json(call, 200, json_pack("{s:o, s:b}", "rows", rows, "more", more), NULL);
}

/* ---- schema ---- */
static json_t *
roles_json(unsigned roles)
{
	static const char *const names[] = { "teacher", "head", "guard", "clerk", "lead",
		"auditor" };
	json_t *list = json_array();

	for (size_t i = 0; list != NULL && i < sizeof names / sizeof *names; i++)
		if ((roles & 1u << i) != 0)
			json_array_append_new(list, json_string(names[i]));
	return list;
}

static json_t *
entry_json(enum message_lang lang, const struct domain_entry *e)
{
	json_t *params = json_array();

	for (size_t i = 0; params != NULL && i < e->nparams; i++) {
		const char type[] = { e->params[i].type, '\0' };

		json_array_append_new(params, json_pack("{s:s, s:s, s:b}", "name",
		    e->params[i].name, "type", type, "optional", e->params[i].optional));
	}
	return json_pack("{s:s, s:s, s:o, s:o, s:s, s:b, s:b}", "name", e->name, "about",
	    lang == MESSAGE_ZH ? e->about_zh : e->about, "roles", roles_json(e->roles),
	    "params", params, "requires", e->requires != NULL ? e->requires : "",
	    "ask_school", e->ask, "county", e->county);
}

static json_t *
entries_json(enum message_lang lang, const struct domain_entry *entries, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; list != NULL && i < n; i++)
		json_array_append_new(list, entry_json(lang, &entries[i]));
	return list;
}

/* Adds the words whose key is prefix and a name, by that name. */
static void
add_words(json_t *words, enum message_lang lang, const char *prefix)
{
	size_t n = strlen(prefix);

	for (size_t i = 0; words != NULL && i < message_table_len; i++)
		if (strncmp(message_table[i].key, prefix, n) == 0)
			json_object_set_new(words, message_table[i].key + n,
			    json_string(message_table[i].text[lang]));
}

static void
words(struct api_call *call)
{
	json_t *columns = json_object(), *codes = json_object();

	add_words(columns, call->lang, "column.");
	add_words(columns, call->lang, "label."); /* where a page needs another word */
	add_words(codes, call->lang, "code.");
	api_json(call, 200, json_pack("{s:o, s:o}", "columns", columns, "codes", codes), NULL);
}

static void
schema(struct api_call *call)
{
	api_json(call, 200, json_pack("{s:o, s:o}", "commands", entries_json(call->lang,
	    domain_commands, domain_ncommands), "views", entries_json(call->lang,
	    domain_views, domain_nviews)), NULL);
}

const struct api_route api_domain_routes[] = {
	{ .method = HTTP_GET, .path = "/api/v1/view/", .flags = API_PREFIX, .work = view },
	{ .method = HTTP_POST, .path = "/api/v1/command/", .flags = API_PREFIX,
	    .max_body = API_MAX_JSON_BYTES, .work = command },
	{ .method = HTTP_GET, .path = "/api/v1/timeline", .work = timeline },
	{ .method = HTTP_GET, .path = "/api/v1/schema", .flags = API_DIRECT | API_OPEN,
	    .direct = schema },
	{ .method = HTTP_GET, .path = "/api/v1/words", .flags = API_DIRECT | API_OPEN,
	    .direct = words },
};
const size_t api_domain_nroutes = sizeof api_domain_routes / sizeof *api_domain_routes;
