/* options: the command line, from one table that is what --help prints, too. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "check.h"

/* in the order of the table */
enum option {
	OPTION_CONFIG,
	OPTION_TIMEOUT,
	OPTION_OUTPUT,
	OPTION_ONCE,
	OPTION_ROLE,
	OPTION_VALIDATE,
	OPTION_WAIT,
	OPTION_HELP,
	OPTION_VERSION,
	OPTION_KINDS, /* and from here on, in their order, the kinds of check */
};

/* --http URL and the like */
struct option_check {
	struct option_check *next;
	const struct check_kind *kind;
	struct slice target; /* not expanded yet */
};

struct options {
	unsigned given;     /* a bit for each option */
	const char *config; /* NULL: not given */
	int64_t timeout_ms; /* 0: not given */
	struct option_check *checks;
	struct slice reading; /* the option whose value is being read, for errors; else empty */
};

static inline bool
option_given(const struct options *options, enum option option)
{
	return options->given >> option & 1;
}

/* Reads the words after the first, up to --help or --version, or fails, the option named.
 * Borrows them. */
void options_parse(struct options *, char **argv, struct arena *);
void options_print_help(struct text *);

#endif
