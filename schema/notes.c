#include "schema/notes.h"

#include <stdio.h>

#define LINE_BYTES 1024

static void
add(json_t *notes, enum message_lang lang, const char *code, const char *first,
    const char *second)
{
	const char *const args[2] = { first, second };
	char key[64], line[LINE_BYTES];

	(void)snprintf(key, sizeof key, "status.%s", code);
	(void)message_format(line, sizeof line, message_or_key(lang, key), args, 2);
	(void)json_array_append_new(notes, json_pack("{s:s, s:s}", "code", code, "message",
	    line));
}

static void
add_time(json_t *notes, enum message_lang lang, const char *code, int64_t time_s)
{
	char time[MESSAGE_TIME_BYTES];

	message_time(lang, time_s, time);
	if (time_s != 0)
		add(notes, lang, code, time, "");
}

static void
add_number(json_t *notes, enum message_lang lang, const char *code, uint64_t n)
{
	char number[24];

	(void)snprintf(number, sizeof number, "%llu", (unsigned long long)n);
	add(notes, lang, code, number, "");
}

static void
add_relay(json_t *notes, enum message_lang lang, const struct roster_cert *c)
{
	char id[2 * NODE_ID_BYTES + 1];

	for (size_t k = 0; k < NODE_ID_BYTES; k++)
		(void)snprintf(id + 2 * k, 3, "%02X", c->node.id.b[k]);
	add(notes, lang, "uninvited_relay", id, "");
}

/* A line a school, and one a relay. */
static void
add_uninvited(json_t *notes, enum message_lang lang, const struct roster *roster)
{
	for (size_t i = 0; i < roster->ncerts; i++) {
		const struct roster_cert *c = &roster->certs[i];
		const struct roster_school *school = roster_school(roster, c->scope);
		bool told = false;
		char id[24];

		if (c->role == ROLE_RELAY && roster_uninvited(roster, c))
			add_relay(notes, lang, c);
		if (c->role != ROLE_SCHOOL || !roster_uninvited(roster, c))
			continue;
		for (size_t k = 0; k < i; k++)
			told = told || (roster->certs[k].scope == c->scope &&
			    roster_uninvited(roster, &roster->certs[k]));
		(void)snprintf(id, sizeof id, "%llu", (unsigned long long)c->scope);
		if (!told)
			add(notes, lang, "uninvited", school != NULL ? school->name : "", id);
	}
}

json_t *
notes_of(const struct replica *r, const struct replica_status *s, enum message_lang lang)
{
	json_t *notes = json_array();

	if (notes == NULL)
		return NULL;
	if (s->revoked)
		add_number(notes, lang, "revoked", s->only_here);
	if (s->roster_refused > 0)
		add_number(notes, lang, "roster_refused", s->roster_refused);
	if (s->invite_used)
		add(notes, lang, "invite_used", "", "");
	if (s->invite_withdrawn)
		add(notes, lang, "invite_withdrawn", "", "");
	if (s->uninvited > 0)
		add_uninvited(notes, lang, replica_roster(r));
	if (s->exceptions > 0)
		add_number(notes, lang, "exceptions", s->exceptions);
	add_time(notes, lang, "copied", s->copied_s);
	add_time(notes, lang, "renewed", s->renewed_s);
	if (s->branches > 0)
		add_number(notes, lang, "branches", s->branches);
	if (s->locked > 0)
		add(notes, lang, "locked", "", "");
	if (s->ends_held > 0)
		add(notes, lang, "ends_held", "", "");
	return notes;
}
