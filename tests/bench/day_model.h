/* The days of a village school, as rows: 200 pupils in 8 classes, a noon and an
 * afternoon session a class, roll call as one transaction of 25 marks, 8 %
 * single corrections, 200 pick-ups each in its own transaction, handovers.
 * Same seed, same bytes. */
#ifndef TESTS_BENCH_DAY_MODEL_H
#define TESTS_BENCH_DAY_MODEL_H

#include "sync/batch.h"

#define DAY_SCHOOL UINT64_C(4101850123)
#define DAY_MARKS 400 /* of one day */

/* Tables as in schema/tables/session.sql and leaving.sql. */
extern const struct registry day_registry;
enum { DAY_SESSION = 30, DAY_ATTENDANCE, DAY_HANDOVER, DAY_LEAVING };

struct stream_id day_stream(void);
/* Appends transactions of days first .. first+ndays-1.  everything: with
 * pick-ups and handovers, else roll call and corrections alone. */
int day_model(struct batch *b, uint64_t seed, int first, int ndays, bool everything)
    MUST_CHECK;

#endif
