/* Finds again where in the text a value of a plan stands. */
#include <string.h>

#include "tools/policy.h"

struct scan {
	const char *p, *end;
};

static void
space(struct scan *s)
{
	while (s->p < s->end && strchr(" \t\r\n,:", *s->p) != NULL && *s->p != '\0')
		s->p++;
}

/* Past one value, whatever it is; brackets within strings are none. */
static void
skip(struct scan *s)
{
	int depth = 0;
	bool quoted = false;

	space(s);
	for (; s->p < s->end; s->p++) {
		if (quoted) {
			if (*s->p == '\\' && s->p + 1 < s->end)
				s->p++;
			else if (*s->p == '"')
				quoted = false;
			if (!quoted && depth == 0) {
				s->p++;
				return;
			}
		} else if (*s->p == '"')
			quoted = true;
		else if (*s->p == '[' || *s->p == '{')
			depth++;
		else if (*s->p == ']' || *s->p == '}') {
			if (depth == 0)
				return;
			if (--depth == 0) {
				s->p++;
				return;
			}
		} else if (depth == 0 && strchr(", \t\r\n", *s->p) != NULL)
			return;
	}
}

/* From an array to its element; false, and unmoved, when there is none. */
static bool
element(struct scan *s, int index)
{
	struct scan at = *s;

	space(&at);
	if (at.p == at.end || *at.p != '[')
		return false;
	at.p++;
	for (int i = 0; i < index; i++)
		skip(&at);
	space(&at);
	if (at.p == at.end || *at.p == ']')
		return false;
	*s = at;
	return true;
}

/* From an object to the value of a name; names with escapes are not found. */
static bool
member(struct scan *s, const char *name)
{
	struct scan at = *s;
	size_t len = strlen(name);

	space(&at);
	if (at.p == at.end || *at.p != '{')
		return false;
	for (at.p++;;) {
		const char *key;

		space(&at);
		if (at.p == at.end || *at.p != '"')
			return false;
		key = at.p + 1;
		skip(&at);
		if ((size_t)(at.p - key) == len + 1 && memcmp(key, name, len) == 0)
			break;
		skip(&at);
	}
	space(&at);
	*s = at;
	return true;
}

size_t
policy_line(const struct policy_text *text, const char *part, int row, const char *field)
{
	struct scan s = { text->text, text->text + text->len };
	size_t line = 1;
	bool found = true;

	if (text->text == NULL)
		return 0;
	if (text->item >= 0)
		found = element(&s, text->item);
	if (found && part != NULL)
		found = member(&s, part);
	if (found && row >= 0)
		found = element(&s, row);
	if (found && field != NULL)
		member(&s, field);
	space(&s);
	for (const char *p = text->text; p < s.p; p++)
		line += *p == '\n';
	return line;
}
