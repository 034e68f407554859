/* Where a hub keeps what is sealed under codes: DIR/codes, one file a code, named by its
 * id.  The county's roster says which invitation still waits; what does not, and what is
 * past its time, is removed. */
#ifndef SYNC_CODE_FOLDER_H
#define SYNC_CODE_FOLDER_H

#include "sync/code.h"

#define CODE_FOLDER_NAME "codes"
#define CODE_FOLDER_MAX_FILES 500

/* dir: the hub's data directory.  TOO_LARGE when CODE_FOLDER_MAX_FILES wait. */
int code_folder_keep(const struct env *env, const char *dir, const struct roster *roster,
    const uint8_t id[CODE_ID_BYTES], const struct buffer *sealed) MUST_CHECK;
/* Appends the sealed invitation.  NOT_FOUND alike for an id that never was, is used,
 * withdrawn or past its time. */
int code_folder_find(const struct env *env, const char *dir, const struct roster *roster,
    const uint8_t id[CODE_ID_BYTES], struct buffer *ret) MUST_CHECK;
/* Removes what is of no use any more. */
int code_folder_sweep(const struct env *env, const char *dir, const struct roster *roster)
    MUST_CHECK;

#endif
