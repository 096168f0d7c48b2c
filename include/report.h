/* report: the verdicts of a run in words. */
#ifndef REPORT_H
#define REPORT_H

#include "check.h"

enum { REPORT_DOCKER_LIMIT = 4000 }; /* bytes of report_text; Docker keeps 4096 */

/* Writes what became of the checks; true when none failed but optional ones. The first line is
 * the verdict. With every, each check follows in its order, with its time; else the failures
 * and then the warnings, and what goes past REPORT_DOCKER_LIMIT is counted in a last line. */
bool report(struct text *, const struct check *checks, int64_t elapsed_us, bool every);

#endif
