/* When this program was built.  The clock of a box without a battery falls back far behind
 * it. */
#ifndef SCHEMA_BUILT_H
#define SCHEMA_BUILT_H

#include <stdbool.h>
#include <stdint.h>

int64_t built_s(void);             /* the day, Unix time */
/* Whether a clock that says now_s cannot be right. */
bool built_after(int64_t now_s);

#endif
