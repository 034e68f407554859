/* Forms of single values of a plan. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/message.h"
#include "schema/runtime.h"
#include "tools/policy.h"

#define SCHOOL_DIGITS 10

static const char digits[] = "0123456789";

/* Two numbers of two digits with a mark between, "09-01" or "16:30". */
static bool
parse_pair(const char *text, char mark, int *ret_a, int *ret_b)
{
	if (strlen(text) != 5 || text[2] != mark || strspn(text, digits) != 2 ||
	    strspn(text + 3, digits) != 2)
		return false;
	*ret_a = (text[0] - '0') * 10 + text[1] - '0';
	*ret_b = (text[3] - '0') * 10 + text[4] - '0';
	return true;
}

static json_t *
season(const char *text)
{
	static const uint8_t days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int month, day;

	return text != NULL && parse_pair(text, '-', &month, &day) && month >= 1 &&
	    month <= 12 && day >= 1 && day <= days[month - 1]
	    ? json_integer(month * 100 + day) : NULL;
}

static json_t *
time_of_day(const char *text)
{
	int hour, minute;

	return text != NULL && parse_pair(text, ':', &hour, &minute) && hour < 24 &&
	    minute < 60 ? json_integer(hour * 60 + minute) : NULL;
}

static json_t *
date(const char *text)
{
	int64_t day;

	return text != NULL && runtime_parse_date(text, &day) ? json_integer(day) : NULL;
}

/* Ten digits, as text or as a number. */
static json_t *
school(const json_t *value)
{
	const char *text = json_string_value(value);
	json_int_t number = json_integer_value(value);

	if (text != NULL && strlen(text) == SCHOOL_DIGITS &&
	    strspn(text, digits) == SCHOOL_DIGITS)
		number = strtoll(text, NULL, 10);
	return number >= 1000000000 && number <= 9999999999 ? json_integer(number) : NULL;
}

static json_t *
class(const json_t *value)
{
	static const uint16_t codes[] = { 0, 111, 112, 121, 122, 123, 210, 220 };

	for (size_t i = 0; json_is_integer(value) && i < sizeof codes / sizeof *codes; i++)
		if (json_integer_value(value) == codes[i])
			return json_integer(codes[i]);
	return NULL;
}

static json_t *
integer(const struct policy_field *f, const json_t *value, const char **ret_reason)
{
	json_int_t n = json_integer_value(value);

	if (!json_is_integer(value))
		return NULL;
	if ((f->min != 0 || f->max != 0) && (n < f->min || n > f->max)) {
		*ret_reason = MSG("policy.reason.range");
		return NULL;
	}
	return json_integer(n);
}

static json_t *
text_value(const json_t *value)
{
	const char *text = json_string_value(value);

	return text != NULL && *text != '\0' && json_string_length(value) == strlen(text)
	    ? json_string(text) : NULL;
}

json_t *
policy_value(const struct policy_field *f, const json_t *value, const char **ret_reason)
{
	const char *text = json_string_value(value);

	switch (f->form) {
	case 'd':
		*ret_reason = MSG("policy.reason.date");
		return date(text);
	case 's':
		*ret_reason = MSG("policy.reason.season");
		return season(text);
	case 'm':
		*ret_reason = MSG("policy.reason.time");
		return time_of_day(text);
	case 'n':
		*ret_reason = MSG("policy.reason.school");
		return school(value);
	case 'c':
		*ret_reason = MSG("policy.reason.class");
		return class(value);
	case 'i':
		*ret_reason = MSG("policy.reason.integer");
		return integer(f, value, ret_reason);
	case 'v':
		*ret_reason = MSG("policy.reason.text");
		return json_is_integer(value) ? json_integer(json_integer_value(value))
		    : text_value(value);
	default:
		*ret_reason = MSG("policy.reason.text");
		return text_value(value);
	}
}

/* ---- settings ---- */
/* "21:00-05:30"; over midnight too. */
static bool
window(const char *text)
{
	char first[6];
	int a, b;

	if (text == NULL || strlen(text) != 11 || text[5] != '-')
		return false;
	snprintf(first, sizeof first, "%.5s", text);
	return parse_pair(first, ':', &a, &b) && a < 24 && b < 60 &&
	    parse_pair(text + 6, ':', &a, &b) && a < 24 && b < 60;
}

const char *
policy_value_setting(const json_t *row, const char **ret_field)
{
	static const struct { const char *name; int64_t min, max; } numbers[] = {
		{ "cutoff_day", 1, 28 }, { "cap_month_fen", 0, 100000000 },
		{ "exchange_minutes", 5, 10080 }, { "exchange_stick_only", 0, 1 },
		{ "exchange_bytes_day", 0, INT64_C(1) << 40 }, { "silence_days", 1, 120 },
	};
	const char *name = json_string_value(json_object_get(row, "name"));
	const json_t *value = json_object_get(row, "value");

	*ret_field = "value";
	if (strcmp(name, "exchange_window") == 0)
		return window(json_string_value(value)) ? NULL : MSG("policy.reason.window");
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		if (strcmp(name, numbers[i].name) != 0)
			continue;
		return json_is_integer(value) && json_integer_value(value) >= numbers[i].min &&
		    json_integer_value(value) <= numbers[i].max ? NULL
		    : MSG("policy.reason.range");
	}
	*ret_field = "name";
	return MSG("policy.reason.setting");
}
