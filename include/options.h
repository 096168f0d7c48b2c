/* options: the command line, from one table that --help is made of, too. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "check.h"

/* --http URL and the like */
struct option_check {
	struct option_check *next;
	const struct check_kind *kind;
	struct slice target; /* not expanded yet */
};

struct options {
	const char *config; /* NULL: not given */
	int64_t timeout_ms; /* 0: not given */
	bool once, validate, help, version;
	struct option_check *checks;
};

/* Reads the words up to the first error or --help or --version, which end it. False with
 * the words of an error, the option named in them. Borrows argv. */
bool options_parse(struct options *, char **argv, struct arena *, struct error *);
void options_print_help(struct text *);

#endif
