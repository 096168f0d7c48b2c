/* engine: the poll loop and the deadlines. It alone calls poll and closes what checks open. */
#ifndef ENGINE_H
#define ENGINE_H

#include "check.h"

/* Runs every check of the list at the same time; on return each has its verdict. The clock
 * of all deadlines starts at started_us. Fails where run's arena has no room. */
void engine_run(struct check *checks, struct run *run, int64_t started_us, int64_t timeout_ms);

#endif
