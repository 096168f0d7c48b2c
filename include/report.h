/* report: the verdicts of a run in words. */
#ifndef REPORT_H
#define REPORT_H

#include "check.h"

enum { REPORT_DOCKER_LIMIT = 4000 }; /* bytes of report_text; Docker keeps 4096 */

/* no check failed but optional ones */
bool report_healthy(const struct check *checks);
/* The first line is the verdict, then the failures, then the warnings; what goes past
 * REPORT_DOCKER_LIMIT is counted in a last line. */
void report_text(struct text *, const struct check *checks, int64_t elapsed_us);
/* The same first line, then every check in its order with its time. */
void report_once(struct text *, const struct check *checks, int64_t elapsed_us);

#endif
