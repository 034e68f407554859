/* A class list of any kind, told by its bytes, in this process: only where nothing can be
 * lost (roster_apart.h). */
#ifndef SCHEMA_ROSTER_FILE_H
#define SCHEMA_ROSTER_FILE_H

#include "schema/roster_book.h"

/* data: the bytes of fd, which can be opened again through /proc/self/fd.  ret_reason: code
 * of the clear line ("R19.encoding", "R19.too_large", "R19.broken_file",
 * "R19.other_format", "R19.password"); a static string. */
int roster_file_parse(int fd, const uint8_t *data, size_t len, struct roster_book *book,
    const char **ret_reason) MUST_CHECK;

#endif
