#include "tools/policy.h"

#include <stdio.h>
#include <string.h>

#include "schema/message.h"

#define ROWS_MAX 1000
#define FEN_MAX 10000000

#define WHERE { "class", 'c', true, 0, 0 }, { "kind", 'i', true, 0, 5 }, \
	{ "school", 'n', true, 0, 0 }, { "site", 'i', true, 0, 99 }

static const struct policy_field head[] = {
	{ "version", 'i', false, 1, 999999 }, { "from", 'd', false, 0, 0 },
	{ "title", 't', false, 0, 0 }, { 0 },
};
static const struct policy_field term[] = {
	{ "from", 'd', false, 0, 0 }, { "until", 'd', false, 0, 0 }, { 0 },
};
static const struct policy_field day[] = {
	{ "day", 'd', false, 0, 0 }, { "kind", 'i', false, 1, 2 },
	{ "name", 't', false, 0, 0 }, { 0 },
};
static const struct policy_field window[] = {
	{ "from", 's', false, 0, 0 }, { "until", 's', false, 0, 0 },
	{ "slot", 'i', false, 1, 2 }, { "begin", 'm', false, 0, 0 },
	{ "end", 'm', false, 0, 0 }, WHERE, { 0 },
};
static const struct policy_field rate[] = {
	{ "role", 'i', true, 0, 2 }, { "class", 'c', true, 0, 0 },
	{ "person", 'i', true, 0, 7 }, { "school", 'n', true, 0, 0 },
	{ "unit", 'i', false, 1, 3 }, { "unit_min", 'i', true, 1, 1440 },
	{ "fen", 'i', false, 0, FEN_MAX }, { 0 },
};
static const struct policy_field setting[] = {
	{ "name", 't', false, 0, 0 }, { "value", 'v', false, 0, 0 }, WHERE, { 0 },
};
static const struct policy_field entry[] = {
	{ "code", 'i', false, 1, 9999 }, { "title", 't', false, 0, 0 },
	{ "body", 't', true, 0, 0 }, { "quantity", 'i', true, 0, 1000000 }, { 0 },
};
static const struct policy_field indicator[] = {
	{ "code", 'i', false, 1, 10 }, { "title", 't', false, 0, 0 },
	{ "body", 't', true, 0, 0 }, { "quantity", 'i', false, 0, 1000 }, { 0 },
};
static const struct policy_field emergency[] = {
	{ "kind", 'i', false, 1, 9 }, { "title", 't', false, 0, 0 },
	{ "body", 't', false, 0, 0 }, { "cluster_day", 'i', true, 1, 1000 },
	{ "cluster_days", 'i', true, 1, 1000 }, { "report_hours", 'i', true, 1, 168 }, { 0 },
};
static const struct policy_field notice[] = {
	{ "version", 'i', false, 1, 999999 }, { "from", 'd', false, 0, 0 },
	{ "material", 'i', false, 0, 1 }, { "title", 't', false, 0, 0 },
	{ "body", 't', false, 0, 0 }, { 0 },
};

static const struct part {
	const char *name;
	const struct policy_field *fields;
	bool list;
	const char *unique;        /* field that no two rows share */
	const char *first, *last;  /* fields of which the first is not the later */
} parts[] = {
	{ "terms", term, true, NULL, "from", "until" },
	{ "days", day, true, "day", NULL, NULL },
	{ "windows", window, true, NULL, "begin", "end" },
	{ "rates", rate, true, NULL, NULL, NULL },
	{ "settings", setting, true, NULL, NULL, NULL },
	{ "activities", entry, true, "code", NULL, NULL },
	{ "indicators", indicator, true, "code", NULL, NULL },
	{ "phases", entry, true, "code", NULL, NULL },
	{ "retention", entry, true, "code", NULL, NULL },
	{ "emergency_plans", emergency, true, "kind", NULL, NULL },
	{ "consent_notice", notice, false, NULL, NULL, NULL },
};
#define NPARTS (sizeof parts / sizeof *parts)

/* Where the work is. */
struct at {
	const struct policy_text *text;
	policy_report *report;
	void *ctx;
	const char *part;
	int row;                   /* from 0, or -1 */
	size_t mistakes;
};

static void
mistake(struct at *at, const char *field, const char *reason)
{
	struct policy_mistake m = { .reason = reason };
	char row[24] = "";

	if (at->row >= 0)
		snprintf(row, sizeof row, " %d", at->row + 1);
	snprintf(m.place, sizeof m.place, "%.32s%s%s%.64s", at->part != NULL ? at->part : "",
	    row, at->part != NULL && field != NULL ? ": " : "", field != NULL ? field : "");
	m.line = policy_line(at->text, at->part, at->row, field);
	at->mistakes++;
	at->report(at->ctx, &m);
}

static const struct policy_field *
field_of(const struct policy_field *fields, const char *name)
{
	while (fields->name != NULL && strcmp(fields->name, name) != 0)
		fields++;
	return fields->name != NULL ? fields : NULL;
}

static bool
is_part(const char *name)
{
	for (size_t i = 0; i < NPARTS; i++)
		if (strcmp(parts[i].name, name) == 0)
			return true;
	return false;
}

static void
convert_object(struct at *at, json_t *object, const struct policy_field *fields)
{
	const char *name, *reason = NULL;
	json_t *value;

	if (!json_is_object(object)) {
		mistake(at, NULL, MSG("policy.reason.object"));
		return;
	}
	json_object_foreach(object, name, value)
		if (field_of(fields, name) == NULL && (at->part != NULL || !is_part(name)))
			mistake(at, name, MSG("policy.reason.unknown"));
	for (const struct policy_field *f = fields; f->name != NULL; f++) {
		value = json_object_get(object, f->name);
		if (value == NULL) {
			if (!f->optional)
				mistake(at, f->name, MSG("policy.reason.missing"));
			continue;
		}
		value = policy_value(f, value, &reason);
		if (value == NULL)
			mistake(at, f->name, reason);
		else
			json_object_set_new(object, f->name, value);
	}
}

/* Whether an earlier row has the same value there. */
static bool
seen(const json_t *rows, size_t until, const char *field, const json_t *value)
{
	for (size_t i = 0; i < until; i++)
		if (json_equal(json_object_get(json_array_get(rows, i), field), value))
			return true;
	return false;
}

/* What only several fields or rows together show. */
static void
check_row(struct at *at, const struct part *part, const json_t *rows, const json_t *row)
{
	const json_t *first = part->first ? json_object_get(row, part->first) : NULL;
	const json_t *last = part->last ? json_object_get(row, part->last) : NULL;
	const json_t *unique = part->unique ? json_object_get(row, part->unique) : NULL;
	const char *wrong = NULL;
	const char *reason = part->fields == setting ? policy_value_setting(row, &wrong) : NULL;

	if (reason != NULL)
		mistake(at, wrong, reason);
	if (json_integer_value(first) > json_integer_value(last))
		mistake(at, part->last, MSG("policy.reason.order"));
	if (unique != NULL && seen(rows, (size_t)at->row, part->unique, unique))
		mistake(at, part->unique, MSG("policy.reason.twice"));
	if (field_of(part->fields, "site") != NULL && json_object_get(row, "site") != NULL &&
	    json_object_get(row, "school") == NULL)
		mistake(at, "site", MSG("policy.reason.site"));
}

static void
convert_list(struct at *at, const struct part *part, json_t *rows)
{
	json_t *row;
	size_t i;

	if (!json_is_array(rows) || json_array_size(rows) > ROWS_MAX) {
		mistake(at, NULL, MSG("policy.reason.list"));
		return;
	}
	json_array_foreach(rows, i, row) {
		size_t before = at->mistakes;

		at->row = (int)i;
		convert_object(at, row, part->fields);
		if (at->mistakes == before)
			check_row(at, part, rows, row);
	}
	at->row = -1;
}

int
policy_convert(json_t *document, const struct policy_text *text, policy_report *report,
    void *ctx)
{
	struct at at = { .text = text, .report = report, .ctx = ctx, .row = -1 };

	convert_object(&at, document, head);
	for (size_t i = 0; i < NPARTS; i++) {
		json_t *value = json_object_get(document, parts[i].name);

		at.part = parts[i].name;
		if (value != NULL && parts[i].list)
			convert_list(&at, &parts[i], value);
		else if (value != NULL)
			convert_object(&at, value, parts[i].fields);
	}
	return at.mistakes == 0 ? STATUS_OK : STATUS_MALFORMED;
}
