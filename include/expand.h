/* expand: the environment in a string. */
#ifndef EXPAND_H
#define EXPAND_H

#include "text.h"

/* Writes in with ${NAME}, ${NAME:-text} and $$ replaced, in one pass: what a variable
 * holds is not expanded again. NAME is [A-Za-z_][A-Za-z0-9_]*, text ends at the first
 * '}' and serves where the variable is unset or empty. Fails on any other "${"; any other
 * '$' stands for itself. */
void expand(struct slice in, struct text *out);

/* the environment's value, NULL where it is unset. Borrowed from the environment. */
const char *expand_variable(struct slice name);

#endif
