/* content: looks for a text in what a check reads, however it is cut into pieces. */
#ifndef CONTENT_H
#define CONTENT_H

#include "text.h"

enum { CONTENT_LIMIT = 65536 };

/* what is looked for; made once */
struct needle {
	struct slice text;     /* borrowed; empty: nothing is looked for */
	uint16_t *fallback;    /* Knuth, Morris and Pratt's table, one entry a byte */
};

enum content_state {
	CONTENT_MORE,     /* not found so far */
	CONTENT_FOUND,
	CONTENT_TOO_LONG, /* more than CONTENT_LIMIT bytes came, the first of them without it */
};

/* how far the search is; starts as all zeros */
struct content {
	size_t matched, seen;
};

/* False when the arena has no room for the table. */
bool needle_make(struct needle *, struct slice text, struct arena *);
/* The next piece. After FOUND and TOO_LONG it is not called again. */
enum content_state content_feed(struct content *, const struct needle *, struct slice piece);

#endif
