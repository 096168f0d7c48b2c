/* content: looks for a text in what a check reads, however it is cut into pieces. */
#ifndef CONTENT_H
#define CONTENT_H

#include "check.h"

enum { CONTENT_LIMIT = 65536 };

/* starts as all zeros */
struct content {
	struct slice text; /* what is looked for; empty: nothing */
	const char *what;  /* "the body": what it is looked for in */
	/* how far the search is */
	size_t matched, seen;
	uint16_t *fallback; /* Knuth, Morris and Pratt's table, one entry a byte of text */
};

/* Makes ready to look for text, which outlives it. False when the arena has no room. */
bool content_prepare(struct content *, const char *what, struct arena *);
void content_open(struct content *);
/* Looks at the next piece. True: the text is there. Past CONTENT_LIMIT bytes without it the
 * check is decided. */
bool content_feed(struct content *, struct check *, struct slice piece);
/* There is no more: decides the check. */
void content_end(struct content *, struct check *);

#endif
