/* Excel 97–2003 files, read by libfreexl in a child process.
 *
 * The library parses strangers' bytes and keeps to no bound of its own, so the
 * child has closed every descriptor but the file and a pipe, and has limits for
 * memory, time, files and processes; what comes through the pipe is checked like
 * any file.  A child that crashes or hangs is a broken file. */
#ifndef SCHEMA_ROSTER_XLS_H
#define SCHEMA_ROSTER_XLS_H

#include "schema/roster_book.h"

#define ROSTER_XLS_MEMORY_BYTES (512u * 1024 * 1024) /* address space of the child */
#define ROSTER_XLS_CPU_S 10u
#define ROSTER_XLS_WAIT_MS 30000 /* without a word from the child */

/* MALFORMED with ret_reason R19.broken_file or R19.password; TOO_LARGE. */
int roster_xls_read(const uint8_t *data, size_t len, struct roster_book *book,
    const char **ret_reason) MUST_CHECK;
/* The same in this process, for the fuzzer and the child. */
int roster_xls_parse(const uint8_t *data, size_t len, struct roster_book *book) MUST_CHECK;

#endif
