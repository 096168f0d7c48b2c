/* options: the command line, from one table that --help is made of, too. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "check.h"

/* --http URL and the like; its name is the kind's, its value the target, not expanded yet */
struct option_check {
	struct option_check *next;
	const struct check_kind *kind;
	struct slice target;
};

struct options {
	const char *config; /* NULL: not given */
	int64_t timeout_ms; /* 0: not given */
	bool once, validate, help, version;
	const char *reading; /* the option whose value is being read, for errors; else NULL */
	struct option_check *checks;
};

/* Reads the words after the first, up to --help or --version, or fails, the option named.
 * Borrows them. */
void options_parse(struct options *, char **argv, struct arena *);
void options_print_help(struct text *);

#endif
