/* unit: what the tests of the rooms share. */
#ifndef UNIT_H
#define UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* before cmocka.h, whose macro fail is in the way of our function */
#include "check.h"

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define SLICE(literal) ((struct slice){ literal, sizeof(literal) - 1 })
/* the same in the initializer of a static table */
#define BYTES(literal) \
	{ \
		literal, sizeof(literal) - 1 \
	}

/* Assertions for rows of a table: a failure names the line of the row. */
#define row_true(line, condition) unit_true(__FILE__, line, condition, #condition)
#define row_equal(line, got, wanted) \
	unit_equal(__FILE__, line, (intmax_t)(got), (intmax_t)(wanted), #got)
#define row_slice(line, got, wanted) unit_slice(__FILE__, line, got, wanted, #got)
/* the words of an error, or any other text, against a string */
#define row_text(line, text, wanted) \
	unit_slice(__FILE__, line, unit_written(&(text)), slice_of(wanted), #text)
#define assert_slice(got, wanted) row_slice(__LINE__, got, slice_of(wanted))
#define assert_text(text, wanted) row_text(__LINE__, text, wanted)

void unit_true(const char *file, int line, bool, const char *what);
void unit_equal(const char *file, int line, intmax_t got, intmax_t wanted, const char *what);
void unit_slice(const char *file, int line, struct slice got, struct slice wanted,
	const char *what);

struct slice unit_written(const struct text *);
/* an empty text over an array */
#define UNIT_TEXT(array) ((struct text){ array, 0, sizeof(array), false })

/* Several mebibytes; what an earlier call gave is handed out again. */
struct arena unit_arena(void);

/* A slice of count times the byte, in the arena. */
struct slice unit_repeat(struct arena *, char byte, size_t count);

/* Whether the call fails, as text.h has it; error then holds why. */
bool unit_fails(void (*call)(void *), void *argument);

/* Reads a health.json, a struct slice, as the configuration, in unit_arena. For unit_fails. */
void unit_read_config(void *text);

/* the kind whose option and key has this name; a failure of the test where there is none */
const struct check_kind *unit_kind(const char *name);

/* How many descriptors this process has open. */
unsigned unit_descriptors(void);

/* A DNS message being written; the counts in its header follow what is added. */
struct unit_message {
	unsigned char bytes[4096];
	size_t length;
};

/* flags: the 16 bits after the id. A NULL name writes no question. */
void unit_message_open(struct unit_message *, unsigned id, unsigned flags, const char *name,
	unsigned type);
/* an answer record; an empty name points at the question's */
void unit_message_answer(struct unit_message *, const char *name, unsigned type, const void *data,
	size_t length);
/* appends a name in its wire format; its length */
size_t unit_wire_name(unsigned char *, const char *name);

/* Feeds an HTTP answer to its end, whole, byte by byte and in two pieces with the cut at every
 * position (at some, where it is long), each piece in a guard page. A failure where one way
 * says something else than another. What was said: "200 to /login [body] END", or
 * another event in place of END, after BROKEN the problem, after FOREIGN how it starts. */
struct text unit_http(const char *file, int line, struct slice answer, bool head_request);
#define row_http(line, answer, head, wanted) \
	unit_slice(__FILE__, line, \
		unit_written(&(struct text[]){ unit_http(__FILE__, line, answer, head) }[0]), \
		slice_of(wanted), #answer)

#endif
