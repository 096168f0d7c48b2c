/* source: finds health.json and reads it, under the run's deadline like all else. */
#ifndef SOURCE_H
#define SOURCE_H

#include "text.h"

struct source {
	const char *name; /* as errors call it */
	struct slice text;
};

/* Reads the file that config names ("-": standard input), or where it is NULL the one that
 * PROBE_CONFIG names, or the first that there is of ./health.json, /health.json and
 * /etc/health.json: the whole of it, or limit bytes where it is longer. Or it fails, the file
 * named. */
void source_read(struct source *, const char *config, size_t limit, int64_t deadline_us,
	struct arena *);

#endif
