/* Excel 97–2003 files by libfreexl, which keeps to no bound of its own and crashes on hostile
 * input: only within roster_apart's process. */
#ifndef SCHEMA_ROSTER_XLS_H
#define SCHEMA_ROSTER_XLS_H

#include "schema/roster_book.h"

/* data: the bytes of fd, which the library opens again through /proc/self/fd.  MALFORMED
 * with ret_reason R19.broken_file or R19.password; TOO_LARGE. */
int roster_xls_read(int fd, const uint8_t *data, size_t len, struct roster_book *book,
    const char **ret_reason) MUST_CHECK;

#endif
