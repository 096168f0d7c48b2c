/* text: borrowed slices, bounded output, the arena, and errors with a position. No I/O. */
#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* bytes that somebody else owns; NUL means nothing in them */
struct slice {
	const char *bytes;
	size_t length;
};

#define SLICE(literal) ((struct slice){ literal, sizeof(literal) - 1 })

struct slice slice_of(const char *string);
/* the slice less its first count bytes; count is at most its length */
struct slice slice_after(struct slice, size_t count);
struct slice slice_first(struct slice, size_t count);
bool slice_equal(struct slice, struct slice);
/* as slice_equal, A-Z and a-z being the same */
bool slice_equal_nocase(struct slice, struct slice);
bool slice_starts(struct slice, struct slice prefix);
/* index of the first such byte, or the length where there is none */
size_t slice_find(struct slice, char byte);
/* How many bytes must be changed, added, dropped or swapped with their neighbour to make
 * one of the other; 255 where one is longer than 15. */
unsigned slice_distance(struct slice, struct slice);
/* whether a slip of the fingers could have made written of meant */
bool slice_resembles(struct slice written, struct slice meant);
/* digits only, at least one; false on anything else or past limit */
bool slice_decimal(struct slice, uint64_t limit, uint64_t *value);

/* a name with its value, in a list */
struct pair {
	struct pair *next;
	struct slice name, value;
};

/* length, 1 to 4, of the valid UTF-8 sequence (RFC 3629) at the start; 0: there is none */
size_t utf8_length(struct slice);

/* memory for the whole run, handed out once and never given back */
struct arena {
	char *next, *end;
};

/* size bytes, aligned for any type, not cleared; NULL when the arena is used up */
void *arena_take(struct arena *, size_t size);

/* output of bounded size: what does not fit is dropped and sets cut */
struct text {
	char *bytes;
	size_t length, capacity;
	bool cut;
};

/* all that is left of the arena, to be written to; text_keep ends it */
struct text text_open(struct arena *);
/* takes what was written out of the arena; a NUL follows it. Not for a text that was cut. */
struct slice text_keep(struct arena *, struct text *);

void text_char(struct text *, char);
void text_slice(struct text *, struct slice);
void text_string(struct text *, const char *);
void text_decimal(struct text *, uint64_t);
/* Foreign bytes made safe for a terminal and a log: control bytes, C1, bidirectional
 * overrides and invalid UTF-8 as \xNN; past TEXT_SHOWN bytes cut with "...". */
void text_escaped(struct text *, struct slice);
/* as text_escaped, in double quotes */
void text_quoted(struct text *, struct slice);

enum { TEXT_SHOWN = 200 };

/* The first thing found wrong. A parser writes the words and leaves alone an offset
 * that its caller has set, unless its contract says that it knows better. */
struct error {
	size_t offset;     /* in bytes, into the text being read */
	struct text words; /* what was found, what is accepted */
	char bytes[1024];
};

/* begins the words of an error anew */
struct text *error_begin(struct error *);
/* sets the words to one string; always false, for return */
bool error_set(struct error *, const char *words);

#endif
