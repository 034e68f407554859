/* Words for people, in the language asked for at each call.
 *
 * The table is made by tools/po2c.py out of po/en.po and po/zh_CN.po; the
 * process's locale plays no part, for a node often has none generated. */
#ifndef SCHEMA_MESSAGE_H
#define SCHEMA_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum message_lang { MESSAGE_EN = 0, MESSAGE_ZH = 1 };
#define MESSAGE_LANGS 2
#define MESSAGE_ARGS_MAX 9

struct message_entry {
	const char *key;
	const char *text[MESSAGE_LANGS]; /* by enum message_lang */
};
extern const struct message_entry message_table[]; /* sorted by key */
extern const size_t message_table_len;

/* Marks a key, so that the lint finds it and asks for its words. */
#define MSG(key) (key)

/* Language of "zh", "zh_CN.UTF-8", "en" …; fallback for NULL and others. */
enum message_lang message_lang_of(const char *name, enum message_lang fallback);
/* Static text, or NULL when the key is not in the table. */
const char *message_text(enum message_lang lang, const char *key);
/* The same, but the key itself when it is not there. */
const char *message_or_key(enum message_lang lang, const char *key);
#define MESSAGE_TIME_BYTES 32
/* "2026-11-24 14:05" in UTC+8; words for "never" when time_s is 0. */
void message_time(enum message_lang lang, int64_t time_s, char ret[MESSAGE_TIME_BYTES]);
/* Writes text with {1} … {9} replaced by args; a missing argument becomes
 * nothing.  Returns the length that it would have, as snprintf; out ends with
 * NUL when cap > 0, never within a UTF-8 character. */
size_t message_format(char *out, size_t cap, const char *text,
    const char *const *args, size_t nargs);

#endif
