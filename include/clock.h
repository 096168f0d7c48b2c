/* clock: the time, and durations as people write them. */
#ifndef CLOCK_H
#define CLOCK_H

#include "text.h"

#define CLOCK_NEVER INT64_MAX

/* microseconds since some fixed point; no jump of the wall clock moves it */
int64_t clock_monotonic_us(void);
/* milliseconds since 1970, UTC */
int64_t clock_wall_ms(void);

/* whole milliseconds from now until then, rounded up, 0 when it has passed; for poll. Then is
 * at most a few days ahead. */
int clock_wait_ms(int64_t then_us);

/* the milliseconds of "250ms", "4s", "1m30s", "1.5s", "2h": 1 ms to 24 h, or it fails. Less
 * than a millisecond is dropped. A byte that is no digit and no unit follows the slice. */
int64_t duration_parse(struct slice);
#endif
