#include <string.h>

#include "json.h"

void
json_open(struct json *json, struct slice input, unsigned depth_limit)
{
	*json = (struct json){
		.at = input.bytes,
		.start = input.bytes,
		.end = input.bytes + input.length,
		.depth_limit = depth_limit,
	};
}

static struct slice
since(const struct json *json, const char *start)
{
	return (struct slice){ start, (size_t)(json->at - start) };
}

static void
set_offset(const struct json *json)
{
	error.offset = (size_t)(json->at - json->start);
}

static _Noreturn void
unexpected(struct json *json, const char *wanted)
{
	const char *found = json->at;

	if (found == json->end) {
		set_offset(json);
		refuse("expected %s, found the end", wanted);
	}
	if (utf8_take(&json->at, json->end) == 0xfeff)
		wanted = "no byte-order mark";
	while (is_letter(*json->at))
		json->at++;
	refuse("expected %s, found %q", wanted, since(json, found));
}

/* The next byte that is not white space, a token's first. */
static char
next_token(struct json *json)
{
	while (*json->at == ' ' || *json->at == '\t' || *json->at == '\n' || *json->at == '\r')
		json->at++;
	set_offset(json);
	return *json->at;
}

/* Takes 'u' and four hexadecimal digits off; -1: they are not there. */
static int32_t
take_unit(const char **at)
{
	int32_t unit = 0;

	if (*(*at)++ != 'u')
		return -1;
	for (unsigned i = 0; i < 4; i++) {
		unsigned digit = hex_value(*(*at)++);

		if (digit == 16)
			return -1;
		unit = unit << 4 | (int32_t)digit;
	}
	return unit;
}

/* Takes one character off a string; its code point, or -1 where there is no valid one. */
static int32_t
take_character(const char **at, const char *end)
{
	static const char escapes[] = "\"\"\\\\//b\bf\fn\nr\rt\t";
	int32_t code = utf8_take(at, end), low;

	if (code != '\\')
		return code < 0x20 ? -1 : code;
	for (const char *escape = escapes; *escape; escape += 2) {
		if (*escape == **at) {
			++*at;
			return escape[1];
		}
	}
	code = take_unit(at);
	if (code >> 11 != 0xd800 >> 11)
		return code;
	/* a surrogate stands only in a pair, the high one first */
	if (code >= 0xdc00 || *(*at)++ != '\\')
		return -1;
	low = take_unit(at);
	return low >> 10 == 0xdc00 >> 10 ? 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00) : -1;
}

/* Reads a string from its opening quote on. */
static void
read_string(struct json *json)
{
	const char *start = ++json->at;

	while (*json->at != '"') {
		const char *character = json->at;
		bool good = character < json->end && take_character(&json->at, json->end) >= 0;
		const char *rest = json->at;

		/* where the text ends inside a character, the end is what is wrong */
		while (*character & 0x80 && (*rest & 0xc0) == 0x80)
			rest++;
		if (!good &&
			(character == json->end || rest > json->end ||
				(*character & 0x80 && rest == json->end))) {
			json->at = json->end;
			unexpected(json, "a closing quote");
		}
		if (!good)
			refuse("a JSON string cannot hold %q", since(json, character));
	}
	json->raw = since(json, start);
	json->at++;
}

/* Passes over digits, at least one. */
static void
read_digits(struct json *json)
{
	if (!is_digit(*json->at))
		unexpected(json, "a digit");
	while (is_digit(*json->at))
		json->at++;
}

static enum json_event
read_number(struct json *json)
{
	const char *start = json->at;

	json->at += *start == '-';
	if (*json->at == '0' && is_digit(json->at[1]))
		unexpected(json, "no leading zero");
	read_digits(json);
	if (*json->at == '.') {
		json->at++;
		read_digits(json);
	}
	if ((*json->at | 0x20) == 'e') {
		json->at++;
		json->at += *json->at == '+' || *json->at == '-';
		read_digits(json);
	}
	json->raw = since(json, start);
	return JSON_NUMBER;
}

static enum json_event
read_word(struct json *json)
{
	for (enum json_event event = JSON_TRUE; event <= JSON_NULL; event++) {
		const char *word = json_name(event);
		size_t length = strlen(word);

		if (strncmp(json->at, word, length) == 0 && !is_letter(json->at[length])) {
			json->at += length;
			return event;
		}
	}
	unexpected(json, "a value");
}

static enum json_event
read_value(struct json *json)
{
	char c = *json->at;

	json->expect = JSON_EXPECT_COMMA;
	if (c == '"') {
		read_string(json);
		return JSON_STRING;
	}
	if (c == '-' || is_digit(c))
		return read_number(json);
	if (c != '{' && c != '[')
		return read_word(json);
	if (json->depth == json->depth_limit)
		unexpected(json, "less nesting");
	json->at++;
	json->closing[++json->depth] = (char)(c + 2); /* as ASCII has them */
	json->expect = JSON_EXPECT_FIRST;
	return c == '{' ? JSON_OBJECT : JSON_ARRAY;
}

enum json_event
json_next(struct json *json)
{
	char c = next_token(json), closing = json->closing[json->depth];

	if (json->expect == JSON_EXPECT_VALUE)
		return read_value(json);
	if (json->expect == JSON_EXPECT_COLON) {
		if (c != ':')
			unexpected(json, "':'");
		json->at++;
		next_token(json);
		return read_value(json);
	}
	if (json->depth == 0) {
		if (json->at < json->end)
			unexpected(json, "the end");
		return JSON_END;
	}
	if (c == closing) {
		json->at++;
		json->depth--;
		json->expect = JSON_EXPECT_COMMA;
		return c == '}' ? JSON_OBJECT_END : JSON_ARRAY_END;
	}
	if (json->expect == JSON_EXPECT_COMMA) {
		if (c != ',')
			unexpected(json, closing == '}' ? "',' or '}'" : "',' or ']'");
		json->at++;
		c = next_token(json);
	}
	if (closing == ']')
		return read_value(json);
	if (c != '"')
		unexpected(json, "a key in double quotes");
	json->expect = JSON_EXPECT_COLON;
	read_string(json);
	return JSON_KEY;
}

void
json_skip(struct json *json, enum json_event event)
{
	unsigned depth = json->depth - (event == JSON_OBJECT || event == JSON_ARRAY);

	while (json->depth > depth)
		json_next(json);
}

static void
print_utf8(struct text *text, int32_t code)
{
	char bytes[4], *end = bytes + sizeof(bytes), *at = end;
	int32_t limit = 0x80; /* what the first byte has room for */

	while (code >= limit) {
		*--at = (char)(0x80 | (code & 0x3f));
		code >>= 6;
		limit = limit == 0x80 ? 0x20 : limit >> 1;
	}
	*--at = (char)(-2 * limit | code);
	text_slice(text, (struct slice){ at, (size_t)(end - at) });
}

void
json_unescape(struct text *text, struct slice raw)
{
	const char *at = raw.bytes, *end = at + raw.length;

	while (at < end)
		print_utf8(text, take_character(&at, end));
}

const char *
json_name(enum json_event event)
{
	static const char names[][10] = { "an object", "an array", "a string", "a number", "true",
		"false", "null" };

	return names[event - JSON_OBJECT];
}
