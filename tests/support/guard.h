/* guard: memory that ends where a page begins which nobody may touch, so that reading one
 * byte too far is a fault and not luck. */
#ifndef GUARD_H
#define GUARD_H

#include "text.h"

struct guard {
	char *area;
	size_t size; /* of what may be touched; the forbidden page follows */
};

/* Room for size bytes at least. A failure ends the program. */
void guard_open(struct guard *, size_t size);
/* A copy that ends at the forbidden page; the next one takes its place. */
struct slice guard_copy(struct guard *, struct slice);
/* The same with a NUL after it, the last byte before that page. */
struct slice guard_string(struct guard *, struct slice);
void guard_close(struct guard *);

#endif
