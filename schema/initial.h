/* First letters of the pinyin of a name, for lists that are searched by typing. */
#ifndef SCHEMA_INITIAL_H
#define SCHEMA_INITIAL_H

#include "sync/store.h"

/* SQL initials(name): a capital for each Chinese character, a surname by its reading
 * as a surname; Latin letters as capitals, everything else is left out, and what does
 * not fit.  A compound surname is read character by character. */
bool initial_letters(const char *name, char ret_letters[STORE_FUNCTION_BYTES]);

#endif
