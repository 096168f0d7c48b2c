/* clock: the time, and durations as people write them. */
#ifndef CLOCK_H
#define CLOCK_H

#include "text.h"

#define CLOCK_NEVER INT64_MAX

/* microseconds since some fixed point; no jump of the wall clock moves it */
int64_t clock_monotonic_us(void);
/* milliseconds since 1970, UTC */
int64_t clock_wall_ms(void);

/* whole milliseconds from now to then, rounded up, 0 when it has passed; -1, as poll
 * takes it, for CLOCK_NEVER */
int clock_wait_ms(int64_t now_us, int64_t then_us);

/* "250ms", "4s", "1m30s", "1.5s", "2h": from 1 ms to 24 h. Less than a millisecond is
 * dropped. False with the words of an error, to which the caller adds the offset. */
bool duration_parse(struct slice, int64_t *ms, struct error *);
/* "95 s" where the seconds are whole, else "1500 ms" */
void duration_print(struct text *, int64_t ms);

#endif
