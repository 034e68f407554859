#include "schema/message.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define EAST_8_S (8 * 3600)

enum message_lang
message_lang_of(const char *name, enum message_lang fallback)
{
	if (name == NULL)
		return fallback;
	if (strncmp(name, "zh", 2) == 0)
		return MESSAGE_ZH;
	if (strncmp(name, "en", 2) == 0)
		return MESSAGE_EN;
	return fallback;
}

const char *
message_text(enum message_lang lang, const char *key)
{
	size_t low = 0, high = message_table_len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(key, message_table[middle].key);

		if (order == 0)
			return message_table[middle].text[lang];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

const char *
message_or_key(enum message_lang lang, const char *key)
{
	const char *text = message_text(lang, key);

	return text != NULL ? text : key;
}

size_t
message_format(char *out, size_t cap, const char *text, const char *const *args,
    size_t nargs)
{
	size_t len = 0, end;

	for (const char *p = text; *p != '\0'; p++) {
		const char *piece = p;
		size_t piece_len = 1;

		if (p[0] == '{' && p[1] >= '1' && p[1] <= '9' && p[2] == '}') {
			size_t i = (size_t)(p[1] - '1');

			piece = i < nargs && args[i] != NULL ? args[i] : "";
			piece_len = strlen(piece);
			p += 2;
		}
		for (size_t i = 0; i < piece_len; i++, len++)
			if (len + 1 < cap)
				out[len] = piece[i];
	}
	if (cap == 0)
		return len;
	end = len < cap ? len : cap - 1;
	/* A cut must not leave half a character on a terminal. */
	if (end < len) {
		size_t start = end;

		while (start > 0 && ((unsigned char)out[start - 1] & 0xC0) == 0x80)
			start--;
		if (start > 0 && (unsigned char)out[start - 1] >= 0xC0) {
			unsigned char lead = (unsigned char)out[start - 1];
			size_t need = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;

			if (end - (start - 1) < need)
				end = start - 1;
		}
	}
	out[end] = '\0';
	return len;
}

void
message_time(enum message_lang lang, int64_t time_s, char ret[MESSAGE_TIME_BYTES])
{
	time_t shifted = (time_t)(time_s + EAST_8_S);
	struct tm tm;

	if (time_s == 0) {
		snprintf(ret, MESSAGE_TIME_BYTES, "%s",
		    message_or_key(lang, MSG("time.never")));
		return;
	}
	if (gmtime_r(&shifted, &tm) == NULL ||
	    strftime(ret, MESSAGE_TIME_BYTES, "%Y-%m-%d %H:%M", &tm) == 0)
		snprintf(ret, MESSAGE_TIME_BYTES, "%lld", (long long)time_s);
}
