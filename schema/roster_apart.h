/* Class lists read by kehou-sheets, a program of its own that may read its file and write
 * its answer and nothing else (docs/decisions/010-apart.md).  What comes back is checked
 * like any file; a program that crashes or hangs is a broken file. */
#ifndef SCHEMA_ROSTER_APART_H
#define SCHEMA_ROSTER_APART_H

#include "schema/roster_book.h"

#define ROSTER_APART_MEMORY_BYTES (512u * 1024 * 1024) /* address space over there */
#define ROSTER_APART_CPU_S 10u
#define ROSTER_APART_WAIT_MS 30000 /* without a word from there */

/* Reads a file of any kind, told by its bytes.  MALFORMED, TOO_LARGE or, when the program
 * is missing, NOT_FOUND.  ret_reason: code of the clear line (roster_file.h) or NULL; a
 * static string, set on failure only. */
int roster_apart_read(const uint8_t *data, size_t len, struct roster_book **ret,
    const char **ret_reason) MUST_CHECK;
/* Over there: reads the file in and answers at out.  Exit status. */
int roster_apart_serve(int in, int out);

#endif
