#include "tools/policy.h"

#include <stdio.h>
#include <string.h>

#include "schema/runtime.h"

#define ROWS_MAX 1000

/* Forms of a field: i integer, t text, d date, s season MM-DD, m time of day. */
struct field {
	const char *name;
	char form;
};

static const struct field head[] = {
	{ "version", 'i' }, { "from", 'd' }, { "title", 't' }, { NULL, 0 },
};
static const struct field term[] = {
	{ "from", 'd' }, { "until", 'd' }, { NULL, 0 },
};
static const struct field day[] = {
	{ "day", 'd' }, { "kind", 'i' }, { "name", 't' }, { NULL, 0 },
};
static const struct field window[] = {
	{ "class", 'i' }, { "from", 's' }, { "until", 's' }, { "slot", 'i' },
	{ "begin", 'm' }, { "end", 'm' }, { NULL, 0 },
};
static const struct field notice[] = {
	{ "version", 'i' }, { "from", 'd' }, { "material", 'i' }, { "title", 't' },
	{ "body", 't' }, { NULL, 0 },
};

static const struct part {
	const char *name;
	const struct field *fields;
	bool list;
} parts[] = {
	{ "terms", term, true }, { "days", day, true }, { "windows", window, true },
	{ "consent_notice", notice, false },
};
#define NPARTS (sizeof parts / sizeof *parts)

/* Two numbers of two digits with a mark between, "09-01" or "16:30". */
static bool
parse_pair(const char *text, char mark, int *ret_a, int *ret_b)
{
	static const char digits[] = "0123456789";

	if (strlen(text) != 5 || text[2] != mark || strspn(text, digits) != 2 ||
	    strspn(text + 3, digits) != 2)
		return false;
	*ret_a = (text[0] - '0') * 10 + text[1] - '0';
	*ret_b = (text[3] - '0') * 10 + text[4] - '0';
	return true;
}

static json_t *
converted(const json_t *value, char form)
{
	const char *text = json_string_value(value);
	int64_t number;
	int a, b;

	if (form == 't')
		return text != NULL && *text != '\0' ? json_string(text) : NULL;
	if (form == 'i')
		return json_is_integer(value) ? json_integer(json_integer_value(value)) : NULL;
	if (text == NULL)
		return NULL;
	if (form == 'd')
		return runtime_parse_date(text, &number) ? json_integer(number) : NULL;
	if (form == 's')
		return parse_pair(text, '-', &a, &b) && a >= 1 && a <= 12 && b >= 1 && b <= 31
		    ? json_integer(a * 100 + b) : NULL;
	return parse_pair(text, ':', &a, &b) && a < 24 && b < 60
	    ? json_integer(a * 60 + b) : NULL;
}

/* Name of the first field that is not right, or NULL. */
static const char *
convert_fields(json_t *object, const struct field *fields)
{
	for (const struct field *f = fields; f->name != NULL; f++) {
		json_t *value = converted(json_object_get(object, f->name), f->form);

		if (value == NULL || json_object_set_new(object, f->name, value) != 0)
			return f->name;
	}
	return NULL;
}

static const char *
unknown_field(json_t *object, const struct field *fields, bool parts_too)
{
	const char *name;
	json_t *value;

	json_object_foreach(object, name, value) {
		bool known = false;

		for (const struct field *f = fields; f->name != NULL && !known; f++)
			known = strcmp(f->name, name) == 0;
		for (size_t i = 0; parts_too && i < NPARTS && !known; i++)
			known = strcmp(parts[i].name, name) == 0;
		if (!known)
			return name;
	}
	return NULL;
}

static int
convert_object(json_t *object, const struct field *fields, bool parts_too,
    const char *place, char *ret_where, size_t cap)
{
	const char *wrong = json_is_object(object)
	    ? unknown_field(object, fields, parts_too) : "";

	if (wrong == NULL)
		wrong = convert_fields(object, fields);
	if (wrong == NULL)
		return STATUS_OK;
	snprintf(ret_where, cap, "%s%s%.64s", place, *place != '\0' ? ": " : "", wrong);
	return STATUS_MALFORMED;
}

static int
convert_part(json_t *document, const struct part *part, char *ret_where, size_t cap)
{
	json_t *value = json_object_get(document, part->name), *row;
	char place[96];
	size_t i;
	int rc = STATUS_OK;

	if (value == NULL)
		return STATUS_OK;
	if (!part->list)
		return convert_object(value, part->fields, false, part->name, ret_where, cap);
	if (!json_is_array(value) || json_array_size(value) > ROWS_MAX) {
		snprintf(ret_where, cap, "%s", part->name);
		return STATUS_MALFORMED;
	}
	json_array_foreach(value, i, row) {
		snprintf(place, sizeof place, "%s %zu", part->name, i + 1);
		rc = convert_object(row, part->fields, false, place, ret_where, cap);
		if (rc != STATUS_OK)
			break;
	}
	return rc;
}

int
policy_convert(json_t *document, char *ret_where, size_t where_cap)
{
	int rc = convert_object(document, head, true, "", ret_where, where_cap);

	for (size_t i = 0; rc == STATUS_OK && i < NPARTS; i++)
		rc = convert_part(document, &parts[i], ret_where, where_cap);
	return rc;
}
