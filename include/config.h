/* config: from health.json, and from the options' words, to checks that can run. */
#ifndef CONFIG_H
#define CONFIG_H

#include "check.h"

enum {
	CONFIG_LIMIT = 65536, /* bytes of health.json */
	CONFIG_DEPTH = 32,
	CONFIG_STRING_LIMIT = 8192, /* after expansion */
	CONFIG_NAME_LIMIT = 64,
	CONFIG_TIMEOUT_MS = 4000,
};

struct config {
	struct arena *arena; /* borrowed: everything made here lives in it */
	struct check *first, **end;
	unsigned count;
	int64_t timeout_ms;
};

/* What was found wrong: error.offset is a byte of the text, path is where in it. */
struct config_error {
	struct error error;
	struct text path; /* "checks[2].tcp", empty at the top level */
	char path_bytes[512];
};

void config_open(struct config *, struct arena *);
/* Reads a whole health.json. The text may be longer than CONFIG_LIMIT; then the error is at
 * the first byte too many, unless there is one before it. */
bool config_read(struct config *, struct slice text, struct config_error *);
/* Adds a check that has nothing but its target, as the options --http, --tcp and --file do.
 * The offset of an error means nothing. */
bool config_add(struct config *, const struct check_kind *, struct slice target,
	struct config_error *);

#endif
