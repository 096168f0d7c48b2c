/* run: runs the real binary, the one that the environment's PROBE names, else build/probe,
 * and compares what came of it. */
#ifndef RUN_H
#define RUN_H

#include "support.h"

/* stands in an expected text for one or more digits */
#define NUMBER "\1"
/* stands for any bytes up to the end of the line */
#define ANYTHING "\2"

enum run_input {
	INPUT_NOTHING, /* /dev/null, as in a container */
	INPUT_BYTES,
	INPUT_ENDLESS, /* the bytes, and then a pipe that says no more and does not end */
	INPUT_CLOSED,
};

enum run_output {
	OUTPUT_PIPE,
	OUTPUT_PACKETS, /* a socket that keeps writes apart: they are counted */
	OUTPUT_CLOSED,
	OUTPUT_NO_READER, /* a pipe whose reader went away */
	OUTPUT_UNREAD,    /* a pipe that is full and that nobody reads */
	OUTPUT_FULL,      /* /dev/full */
	OUTPUT_NO_ROOM,   /* a regular file that must not grow: RLIMIT_FSIZE is 0 */
};

struct run {
	/* how to run it; all zeros is a good start */
	const char *environment[8]; /* "NAME=value", NULL ends */
	const char *root;           /* chroot to here first, and work in its "/" */
	const char *where;          /* working directory; NULL: the test's folder */
	enum run_input input;
	const char *bytes; /* of the input, which text gives where size is 0 */
	size_t size;
	enum run_output output;
	enum run_output errors; /* OUTPUT_PIPE or OUTPUT_CLOSED */
	unsigned descriptors;   /* RLIMIT_NOFILE; 0: as it is */
	bool powerless;         /* without what root may do, even where the tests run as root */
	bool alone;             /* killed where it makes another process or thread */

	/* what came of it; out and err are valid until the next run */
	int status; /* of exit, or minus the number of the signal that ended it */
	char *out, *err;
	size_t out_size, err_size;
	unsigned writes; /* to standard output, for OUTPUT_PACKETS */
	int64_t took_ms;
};

/* arguments: those after the program's name, NULL ends. Fails the test when the program has
 * not ended after SUPPORT_PATIENCE_MS. */
void run_probe(struct run *, const char *const arguments[]);
#define RUN(run, ...) run_probe((run), (const char *const[]){ __VA_ARGS__, NULL })
#define RUN_BARE(run) run_probe((run), (const char *const[]){ NULL })

/* Whether a text is the pattern, NUMBER and ANYTHING in it standing for others. */
bool run_matches(const char *text, const char *pattern);
/* line: that of the row, to be named on failure; a table ends with support_settle */
void run_expect(const struct run *, int line, int status, const char *out, const char *err);
/* the first line of standard output, without its end */
const char *run_first_line(const struct run *);
/* What --once prints for a single check, healthy or not, that shows as shown ("NAME TARGET"
 * or the target); with nothing on standard error and the status that goes with it. */
void run_expect_check(const struct run *, int line, bool healthy, const char *shown,
	const char *verdict);
/* one error line and nothing else: status 1, nothing on standard output, "probe: " first */
void run_expect_error(const struct run *, int line, const char *words);
#define EXPECT(run, status, out, err) \
	(run_expect((run), __LINE__, (status), (out), (err)), support_settle())
#define EXPECT_CHECK(run, healthy, shown, verdict) \
	(run_expect_check((run), __LINE__, (healthy), (shown), (verdict)), support_settle())
#define EXPECT_ERROR(run, words) (run_expect_error((run), __LINE__, (words)), support_settle())

#endif
