/* json: a strict RFC 8259 pull reader over a buffer that stays as it is. No I/O, no
 * recursion. Duplicate keys are the caller's to find. */
#ifndef JSON_H
#define JSON_H

#include "text.h"

enum json_event {
	JSON_END, /* the value is complete and nothing but white space followed */
	JSON_OBJECT_END,
	JSON_ARRAY_END,
	JSON_KEY, /* its value's event is the next */
	JSON_OBJECT,
	JSON_ARRAY,
	JSON_STRING,
	JSON_NUMBER,
	JSON_TRUE,
	JSON_FALSE,
	JSON_NULL,
};

enum { JSON_DEPTH_LIMIT = 64 };

/* May be copied at any point, to look ahead. */
struct json {
	const char *at;          /* the next byte to read */
	const char *start, *end; /* of the input; *end is NUL, and read */
	struct slice raw;        /* of a key or string what stands between the quotes, escapes
	                             and all; of a number its characters */
	enum json_expect {
		JSON_EXPECT_VALUE,
		JSON_EXPECT_COLON,
		JSON_EXPECT_FIRST, /* a value or key, or the end of the level */
		JSON_EXPECT_COMMA, /* or the end of the level, or of it all */
	} expect;
	unsigned depth, depth_limit;
	char closing[JSON_DEPTH_LIMIT + 1]; /* the bracket that ends each open level */
};

/* A NUL follows the input; depth_limit is at most JSON_DEPTH_LIMIT. */
void json_open(struct json *, struct slice input, unsigned depth_limit);
/* Fails, error.offset set, where the input is not JSON; sets that to the token otherwise, too. */
enum json_event json_next(struct json *);
/* Reads to the end of the value that this event, just returned, began. */
void json_skip(struct json *, enum json_event);

/* the characters a raw string stands for; the reader has checked it, so it cannot fail */
void json_unescape(struct text *, struct slice raw);
/* "a number", "an object": what the event of a value is, for an error */
const char *json_name(enum json_event);

#endif
