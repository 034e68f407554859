/* Rows for people and for programs, out of the same JSON objects.
 *
 * For people: columns aligned by the width that a terminal gives to Chinese
 * text, headings in their language, times in UTC+8 whatever TZ says. */
#ifndef TOOLS_OUTPUT_H
#define TOOLS_OUTPUT_H

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

#include "schema/message.h"

/* Columns that one character takes: 0 combining and control, 2 East Asian wide
 * and full width (Unicode TR 11), else 1. */
int output_char_width(uint32_t code);
/* Columns that UTF-8 text takes; a bad byte counts as one. */
size_t output_width(const char *text);

/* rows: array of objects with the same keys in the same order.  Headings are
 * the messages "label.VIEW.KEY", "label.KEY" (as the pages have them; view NULL: not
 * these), "column.KEY", else the key.  Money is shown in yuan.  Numbers are set right.  Values of
 * the key at and of keys that end in _ms or _at are shown as times, those that end in _min as
 * times of day. */
void output_table(FILE *out, enum message_lang lang, const char *view, const json_t *rows);
/* One line of JSON and a newline. */
void output_json(FILE *out, const json_t *value);

#endif
