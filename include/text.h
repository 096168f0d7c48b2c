/* text: borrowed slices, bounded output, the arena, and errors with a position. No I/O. */
#ifndef TEXT_H
#define TEXT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* bytes that somebody else owns */
struct slice {
	const char *bytes;
	size_t length;
};

/* a name with its value, in a list */
struct pair {
	struct pair *next;
	struct slice name, value;
};

struct slice slice_of(const char *string);

/* the slice less its first count bytes; count is at most its length */
static inline struct slice
slice_after(struct slice slice, size_t count)
{
	return (struct slice){ slice.bytes + count, slice.length - count };
}

static inline struct slice
slice_first(struct slice slice, size_t count)
{
	return (struct slice){ slice.bytes, count };
}

bool slice_is(struct slice, const char *string);
/* in these A-Z and a-z are the same */
bool slice_same(struct slice, struct slice);
bool slice_like(struct slice, const char *string);
bool slice_starts(struct slice, const char *prefix);
/* index of the first such byte, or the length where there is none */
size_t slice_find(struct slice, char byte);
static inline bool
slice_has(struct slice slice, char byte)
{
	return slice_find(slice, byte) < slice.length;
}
/* Takes off what stands before the first such byte, and the byte itself. */
struct slice slice_cut(struct slice *, char byte);
/* the value of digits, at least one; UINT64_MAX for anything else and past limit, which is
 * less than a tenth of that */
uint64_t slice_decimal(struct slice, uint64_t limit);
/* whether a slip of the fingers could have made written of meant: one byte changed, added,
 * dropped, or swapped with its neighbour */
bool slice_resembles(struct slice written, struct slice meant);

static inline bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* of ASCII */
static inline bool
is_letter(char c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* the value of a hexadecimal digit; 16 for anything else */
unsigned hex_value(char c);

/* the code point of the UTF-8 sequence (RFC 3629) at *at, which is taken off; -1, and one
 * byte taken off, where there is no valid one before end. */
int32_t utf8_take(const char **at, const char *end);

/* memory for the whole run, handed out once and never given back */
struct arena {
	char *next, *end;
};

/* size bytes, aligned for any type; NULL when the arena is used up. Nothing touches them, so
 * that a page of them which is never used costs nothing. */
void *arena_reserve(struct arena *, size_t size);
/* the same, cleared */
void *arena_take(struct arena *, size_t size);

/* output of bounded size: what does not fit is dropped and sets cut */
struct text {
	char *bytes;
	size_t length, capacity;
	bool cut;
};

/* Begins a text in what is left of the arena, at most limit bytes; text_keep ends it. */
void text_open(struct text *, struct arena *, size_t limit);
/* Takes what was written out of the arena; a NUL follows it. */
struct slice text_keep(struct arena *, struct text *);

void text_char(struct text *, char);
void text_slice(struct text *, struct slice);
/* Writes format with %s a C string, %r a slice as it is, %e a slice with its foreign bytes
 * made safe for a terminal and a log (control bytes, C1, bidirectional overrides and invalid
 * UTF-8 as \xNN; past TEXT_SHOWN bytes cut with "..."), %q the same in double quotes, %c a
 * byte, %u a uint64_t and %% a percent sign. */
void text_print(struct text *, const char *format, ...);
void text_print_list(struct text *, const char *format, va_list *);

enum { TEXT_SHOWN = 200 };

/* The first thing found wrong with what a person wrote ends the reading of it: refuse() goes
 * back to where setjmp(error.trap) was called. Who reads something keeps offset at the
 * token it has come to. */
extern struct error {
	jmp_buf trap;
	size_t offset;     /* in bytes, into the text being read */
	struct text words; /* what was found, what is accepted; its memory is the catcher's */
} error;

/* Sets the words, as text_print does, and does not come back. */
_Noreturn void refuse(const char *format, ...);

#endif
