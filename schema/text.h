/* The domain's SQL functions of one text. */
#ifndef SCHEMA_TEXT_H
#define SCHEMA_TEXT_H

#include "sync/store.h"

/* initials(name): schema/initial.h.
 * yuan(fen): "550.00", for what is said to people.
 * student_no_fault(number): '' for a sound 学籍号, else 'check_digit' or 'student_no'.
 * birth_of(text): YYYY-MM-DD or YYYY-MM; NULL where it is none. */
extern const struct store_function text_functions[];
/* "550.00" of 55000 fen. */
void text_yuan(int64_t fen, char *ret, size_t size);

#endif
